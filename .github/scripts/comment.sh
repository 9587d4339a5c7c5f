#!/usr/bin/env bash
# Writes one comment on a pull request, and the same one again later:
# comment.sh <pull request> <file of Markdown>...
# Needs GH_TOKEN, GITHUB_REPOSITORY and, for the link to the report, REPORT_URL.
set -euo pipefail
pull_request=$1
shift
marker="<!-- causeway plan -->"
# GitHub takes 65,536 characters.
limit=65000

body=$(
  echo "$marker"
  for file in "$@"; do
    [ ! -f "$file" ] || { cat "$file"; echo; }
  done
)
link=""
[ -z "${REPORT_URL:-}" ] || link="[Report with the drawing of each stack]($REPORT_URL)"
if [ "${#body}" -gt "$limit" ]; then
  body="${body:0:$limit}"$'\n\n'"Cut at $limit characters; the report has the rest."
fi

comments="repos/$GITHUB_REPOSITORY/issues/$pull_request/comments"
# Only a comment of the workflow's own: anybody can write the marker into theirs.
known=$(gh api --paginate "$comments" --jq ".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$marker\"))) | .id" | head -n 1)
if [ -n "$known" ]; then
  method=PATCH path="repos/$GITHUB_REPOSITORY/issues/comments/$known"
else
  method=POST path=$comments
fi
jq -n --arg body "$body"$'\n\n'"$link" '{body: $body}' | gh api --method "$method" "$path" --input - --jq .html_url
