#!/usr/bin/env bash
# Previews a stack and brings it up under the policy pack: deploy.sh <stack>
# STAGE names the stage of a new stack; without it the stack file decides.
set -euo pipefail
cd "$(dirname "$0")/../.."
stack=$1

# What cannot be previewed is not deployed.
NO_PREVIEW_STATUS=1 .github/scripts/preview.sh "$stack"
pulumi up --yes --skip-preview --stack "$stack" --non-interactive --color never \
  --policy-pack policies --policy-pack-config "policies/config/$stack.json" \
  ${STAGE:+--config "causeway:stage=$STAGE"}
pulumi stack output --stack "$stack"
