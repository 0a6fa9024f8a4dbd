"""Everything that can be asked of a programme: one question for each reading command.

The command line asks them here or of another machine's Relay, and the API answers them: the same questions, the same
parameters, the same answers. What cannot be asked here is done on the database's own machine.

One module for each subject, so that asking one question imports what answers it and no more.
"""
