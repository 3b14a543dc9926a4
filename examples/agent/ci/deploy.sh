#!/bin/sh
# What the job does. Its status is the agent's, and so the job's.
set -eu
echo "deploying with a key of ${#DEPLOY_KEY} characters"
test "${FAIL:-}" = ""
