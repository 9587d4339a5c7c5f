#!/usr/bin/env bash
# The engine's own preview of a stack under the policy pack, or why there is none:
# preview.sh <stack> [<file for the result in Markdown>]
# Needs PULUMI_BACKEND_URL, and credentials of AWS where ROLE_ARN names a role.
set -uo pipefail
cd "$(dirname "$0")/../.."
stack=$1
result=${2:-/dev/stdout}
mkdir -p "$(dirname "$result")"

none() { # reason
  printf '**No preview of `%s`:** %s\n' "$stack" "$1" >"$result"
  echo "no preview of $stack: $1"
  exit "${NO_PREVIEW_STATUS:-0}"
}

[ -n "${PULUMI_BACKEND_URL:-}" ] || none "the repository has no variable \`PULUMI_BACKEND_URL\`."
[ -n "${ROLE_ARN:-}" ] || none "the environment has no variable \`ROLE_ARN\`, the role to preview with."

# Objects of a cluster can be previewed only where its endpoint answers. A stack whose clusters are
# yet to be made has none to reach.
state=$(pulumi stack export --stack "$stack" 2>/dev/null) || state='{}'

# An earlier stage deletes what it does not have.
stages='["foundation", "platform", "models"]'
reached=$(jq -r '.deployment.resources[]? | select(.type == "pulumi:pulumi:Stack") | .outputs.stage // empty' <<<"$state")
wanted=${STAGE:-$(pulumi config get causeway:stage --stack "$stack" 2>/dev/null || echo models)}
jq --exit-status --null-input --argjson stages "$stages" --arg reached "$reached" --arg wanted "$wanted" \
  '($stages | index($wanted) // 9) >= ($stages | index($reached) // 0)' >/dev/null ||
  none "it has reached the stage \`$reached\`, and \`$wanted\` would delete what that brought. Set \`causeway:stage\` in the stack file to \`$reached\` or later."

endpoints=$(jq -r '.deployment.resources[]? | select(.type == "aws:eks/cluster:Cluster") | .outputs.endpoint // empty' <<<"$state")
for endpoint in $endpoints; do
  # Any answer will do, also one that wants credentials.
  curl --silent --insecure --output /dev/null --max-time 10 "$endpoint/livez" ||
    none "this runner does not reach $endpoint. Let the repository variable \`RUNNER\` name a runner inside the VPC, or open the endpoint to the runner."
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
pulumi preview --stack "$stack" --non-interactive --color never \
  --policy-pack policies --policy-pack-config "policies/config/$stack.json" \
  ${STAGE:+--config "causeway:stage=$STAGE"} 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
{
  if [ "$status" -eq 0 ]; then echo "**Preview of \`$stack\`:** passed."; else echo "**Preview of \`$stack\`:** failed."; fi
  printf '\n<details><summary>End of the preview</summary>\n\n````text\n'
  tail -n 60 "$log" | tail -c 4000 | sed 's/````/```/g'
  printf '\n````\n\n</details>\n'
} >"$result"
exit "$status"
