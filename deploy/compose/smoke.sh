#!/usr/bin/env bash
# Brings the whole system up with two routers, beside whatever else runs here, lets the demo's traffic flow, and checks what came
# of it. Needs the Maven build (mvn package), Docker Compose 2.20 or later and curl. Removes all that it made, volumes included;
# KEEP=1 leaves it running.
set -euo pipefail
cd "$(dirname "$0")/../.."
export COMPOSE_PROJECT_NAME=turnpike-smoke DEMO_RATE=${DEMO_RATE:-3}
# empty: any free port of loopback
export KAFKA_PORT='' REGISTRY_PORT='' API_PORT='' POSTGRES_PORT='' PROMETHEUS_PORT='' GRAFANA_PORT=''

end() {
  local status=$?
  [ $status = 0 ] || docker compose logs --tail 40 2>&1 | tail -200
  [ "${KEEP:-0}" = 1 ] || docker compose down --volumes --timeout 60 >/dev/null 2>&1
  [ $status = 0 ] && echo "passed" || echo "FAILED"
}
trap end EXIT

fail() { echo "FAIL $*"; exit 1; }
ok() { echo "ok   $*"; }
address() { docker compose port "$1" "$2"; }
# metric QUERY: its value in Prometheus, rounded; 0 where there is none
metric() {
  curl -fsS --get "http://$(address prometheus 9090)/api/v1/query" --data-urlencode "query=$1" \
    | sed -n 's/.*"value":\[[^,]*,"\([0-9]*\).*/\1/p' | grep . || echo 0
}
# until_metric SECONDS QUERY TEST NUMBER
until_metric() {
  local end=$((SECONDS + $1))
  until [ "$(metric "$2")" "$3" "$4" ]; do
    [ $SECONDS -lt $end ] || fail "$2 is $(metric "$2"), not $3 $4, after $1 s"
    sleep 2
  done
  ok "$2 is $(metric "$2")"
}
# until_sql SECONDS QUERY NUMBER
until_sql() {
  local end=$((SECONDS + $1)) count
  until count=$(docker compose exec -T postgres psql -U turnpike -d turnpike -Atc "$2") && [ "$count" -ge "$3" ]; do
    [ $SECONDS -lt $end ] || fail "$2 is $count, not $3, after $1 s"
    sleep 2
  done
  ok "$2 is $count"
}
turnpike() { docker compose run --rm --no-deps -T turnpike "$@" 2>&1; }
# shows WHAT PATTERN OUTPUT
shows() { grep -qE "$2" <<<"$3" || fail "$1 shows no $2: $3"; ok "$1"; }

echo "building the images and starting the system; the first time takes minutes"
docker compose build --quiet
docker compose up --detach --quiet-pull --scale router=2 2>/dev/null || fail "docker compose up"
ok "everything that must be healthy is"

until_metric 300 'sum(turnpike_dispatches_total)' -ge 100
until_metric 60 'sum(turnpike_decisions_total{outcome="rejected"})' -ge 1
until_metric 120 'sum(turnpike_ledger_entries_total{kind="usage"})' -ge 100
until_metric 60 'count(up{job="router"} == 1)' -eq 2
docker compose stop traffic >/dev/null 2>&1
until_metric 120 'sum(turnpike_holds_open)' -eq 0

shows "usage is settled" 'search +[1-9][0-9,]* .*\$[0-9]' "$(turnpike spend --by team)"
shows "the budget is visible" 'search-month' "$(turnpike budget search)"
until_sql 120 'SELECT count(*) FROM turnpike.entries' 100
until_sql 60 'SELECT count(*) FROM turnpike.spend_by_team_and_day' 3
shows "the API answers" '"search"' "$(curl -fsS "http://$(address meter 8083)/api/v1/teams")"
shows "the dashboards are there" 'Turnpike streams' "$(curl -fsS "http://$(address grafana 3000)/api/search")"
rules=$(curl -fsS "http://$(address prometheus 9090)/api/v1/rules")
shows "the alert rules are loaded" HoldsNotClosed "$rules"
grep -q '"health":"err"' <<<"$rules" && fail "an alert rule fails: $rules"
firing=$(grep -o '"alertname":"[A-Za-z]*"' <<<"$rules" | sort -u | tr '\n' ' ' || true)
ok "alerts: ${firing:-none}"

docker compose stop router meter connect >/dev/null 2>&1
for container in $(docker compose ps --all --quiet router meter connect); do
  status=$(docker inspect --format '{{.State.ExitCode}}' "$container")
  [ "$status" = 143 ] || fail "$(docker inspect --format '{{.Name}}' "$container") ended with $status and not on its own"
done
ok "router, meter and connect end in order when told to"
shows "the audit is clean" '8 of 8 laws hold' "$(turnpike audit || true)"
