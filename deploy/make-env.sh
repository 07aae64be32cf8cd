#!/bin/sh
# Writes .env for docker-compose.yml: a copy of .env.example in which every empty setting has got a secret of its own.
# A .env that exists is left alone.
set -eu
cd "$(dirname "$0")/.."

if [ -e .env ]; then
  echo ".env is there already; nothing was changed." >&2
  exit 0
fi

secret() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

umask 077
while IFS= read -r line; do
  case $line in
    [A-Z]*=) printf '%s%s\n' "$line" "$(secret)" ;;
    *) printf '%s\n' "$line" ;;
  esac
done < .env.example > .env.new
mv .env.new .env
echo "Wrote .env with new secrets. Start with: docker compose up --build"
