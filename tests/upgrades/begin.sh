#!/bin/sh
# Begin a data folder by an earlier Relay: tests/upgrades/begin.sh PYTHON CHECKOUT FOLDER; see tests/upgrades/README.md
set -eu
python=$1 checkout=$2
export RELAY_DATA=$3 LOGNAME=asha NO_COLOR=1 PYTHONPATH=$checkout PYTHONDONTWRITEBYTECODE=1
relay() { "$python" "$checkout/cli.py" "$@"; }
with_systems=$checkout/seeds/relay-villages-groups
[ ! -d "$with_systems" ] || relay import "$checkout/seeds/mansa" --apply >/dev/null
relay programme add hills --name "Hill villages"
export RELAY_PROGRAMME=hills
relay rule --of goat --given 2 --owed 2 --months 24 --grace-days 90 --from 2020-01-01
relay gift --id G1 --donor "A donor" --of goat --animals 2 --on 2021-01-01
relay register "Sita Rai" --id B1 --sex F --phone 9841000001
relay register "सीता राई" --id B2 --sex F
relay register "Durga Khasru" --id B3 --sex F --household H3
relay place --id P1 --gift G1 --beneficiary B1 --of goat --animals 2 --on 2021-01-01
relay pass-on P1 --to B2 --id T1 --animals 1 --on 2022-02-01 --witness "Ram Rai"
relay pass-on P1 --to B3 --id T2 --animals 1 --on 2022-03-01
relay event birth P1 --id E1 --animals 3 --on 2021-06-01
relay correct T1 --how wrong-data --set passed_on=2022-02-03 --why "the day was hard to read"
relay correct event:E1 --how did-not-happen --why "of another goat"
relay erase beneficiary:B3 --yes
LOGNAME=chandra relay confirm T1
printf 'a few words that nobody guesses\n' >"$RELAY_DATA.password"
relay account add chandra --role manager --password-file "$RELAY_DATA.password"
if [ -d "$with_systems" ]; then
    export RELAY_PROGRAMME=relay-villages
    for part in "" -groups; do relay import "$checkout/seeds/relay-villages$part" --apply >/dev/null; done
fi
relay backup "$RELAY_DATA.backup" >/dev/null
relay status --json
relay engine stop
