#!/bin/sh
# Ingest the sample reports into a library of their own, ask them a lookup, a ratio and a question about words, tag sample
# news, and hold a conversation about both.
set -eu
samples=$(cd "$(dirname "$0")" && pwd)
cd "$samples/reports"

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

cp "$samples/news/headlines.csv" "$FINAGENT_HOME"
cd "$FINAGENT_HOME"
run tag headlines.csv --entity-column company --output tagged.csv --summary sentiment
printf '\n$ head -4 tagged.csv\n'
head -4 tagged.csv

# The agent reads tagged news from this folder.
mkdir -p news
cp tagged.csv news
cp "$samples/conversation.txt" .
printf '\n$ cat conversation.txt\n'
cat conversation.txt
printf '\n$ finagent chat < conversation.txt\n'
finagent chat <conversation.txt
