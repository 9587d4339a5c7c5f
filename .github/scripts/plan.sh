#!/usr/bin/env bash
# Plans the base commit beside the working tree, without credentials, and writes the comment of the
# pull request to out/comment.md: plan.sh <base commit>
set -euo pipefail
cd "$(dirname "$0")/../.."
base=$1
folder=$(mktemp -d)
trap 'git worktree remove --force "$folder/base"; rm -rf "$folder"' EXIT

git worktree add --quiet --detach "$folder/base" "$base"
# A base with findings, or one that cannot be planned, is no reason not to plan the head.
(cd "$folder/base" && npm ci --silent --no-audit --no-fund && node cli/causeway.mjs plan --out out) ||
  echo "::warning::the base commit ends its plan with $?"

mkdir -p "$folder/base/out" out
status=0
if compgen -G "$folder/base/out/*/plan.json" >/dev/null; then
  # The folder that an image is built from is no change.
  sed -i.bak "s#$folder/base#$PWD#g" "$folder"/base/out/*/plan.json
  node cli/causeway.mjs plan --out out --diff "$folder/base/out" --markdown out/comment.md || status=$?
else
  echo "The base commit cannot be planned, so there is nothing to compare with." >out/comment.md
  node cli/causeway.mjs plan --out out || status=$?
fi
# Findings are told in the comment; the workflow \`policy\` is what they fail.
[ "$status" -le 1 ] || exit "$status"
