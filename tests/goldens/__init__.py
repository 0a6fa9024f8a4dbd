"""What Relay answers about the programmes of the three seeds, kept as text: a rearrangement may change none of it.

`python -m tests.goldens` writes the files of this folder anew; `tests/test_goldens.py` holds both engines to them. The
clock stands still, and ids and salts are the same in each run, so that every answer is the same to the byte.

- `relay-demo`, `selei` and `mansa` hold the answers of the command line and of the API (`questions.txt`), what commands
  print into a pipe (`tables.txt`), exports and ledgers (`files.txt`), and the lists that pages give away (`lists.txt`).
- `house` holds what is of no programme or of all of them: the list of programmes, a backup, the API's document, and
  what is answered to who records.
- `words` holds help, sentences to people, and refusals: a rewording changes these files, and hardly any other.
- `kept` holds ledgers and a backup of November 2026, which every later Relay opens; they are never written anew.

Where command line and API give the same object, it is kept once. Of a long answer the first lines are kept, and a hash
of each fifty lines. Fractions are rounded to 12 digits, since processors differ in the last ones.
"""
