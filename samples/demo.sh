#!/bin/sh
# Ingest the sample reports into a library of their own and ask them a lookup, a ratio and a question about words.
set -eu
cd "$(dirname "$0")/reports"

run() {
    printf '\n$ finagent'
    for word in "$@"; do
        case $word in *" "*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    finagent "$@"
}

run ingest larkmoor_10k_2025.pdf northmere_10q_2025q3.htm harrowgate_2025.xlsx
run ask "What was Larkmoor's capital expenditure in fiscal 2025, in USD millions?"
run ask "How much did Northmere's net sales grow in Q3 of fiscal 2025, year over year?"
run ask "What drove the growth of Flow Measurement at Larkmoor in fiscal 2025?"
