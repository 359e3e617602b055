#!/bin/sh
# Starts a run of a pipeline, waits for its end, and ends as `slipway run` does: 0 succeeded, 3 failed, 4 rolled back,
# 5 canceled, 11 errored; 2 refused as wrong, 7 out of time, 8 not allowed, 9 conflict, 10 no server, 1 anything else.
# The run goes on when this is stopped. Needs sh, curl and jq.
#
#   SLIPWAY_URL              the server, such as https://slipway.example.org
#   SLIPWAY_PIPELINE         which pipeline
#   SLIPWAY_IDEMPOTENCY_KEY  the same key is the same run, however often it is asked for
#   SLIPWAY_PARAMETERS       a line `name=value` for each parameter (optional)
#   SLIPWAY_TOKEN            who asks; not needed in a GitHub job with `permissions: id-token: write`
#   SLIPWAY_TIMEOUT          seconds to wait for the end (3600)
#   SLIPWAY_OUTAGE           seconds a server may be away (300)
#   SLIPWAY_PAUSE            seconds between two tries (5)
#   SLIPWAY_OUTPUTS          a file that gets the lines `slipway_execution=ID` and `slipway_status=STATUS` (optional)
set -eu
LC_ALL=C
export LC_ALL

say() { printf 'slipway: %s\n' "$1" >&2; }
fail() { say "$2"; exit "$1"; }

url=${SLIPWAY_URL:-}
url=${url%/}
case $url in http://* | https://*) ;; *) fail 2 'SLIPWAY_URL has to be the address of the server' ;; esac
pipeline=${SLIPWAY_PIPELINE:-}
case $pipeline in '' | *[!A-Za-z0-9-]*) fail 2 'SLIPWAY_PIPELINE has to be the name of a pipeline' ;; esac
key=${SLIPWAY_IDEMPOTENCY_KEY:-}
case $key in '' | *[![:print:]]*) fail 2 'SLIPWAY_IDEMPOTENCY_KEY has to be one line that names this job' ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

main() {
  order
  ask POST "/pipelines/$pipeline/executions"
  id=$(jq -er .id "$work/answer") || fail 1 "$url does not answer as Slipway does"
  say "$pipeline runs as $id: $url/executions/$id"
  tell "slipway_execution=$id"
  follow "$id"
}

# Writes the order: values as the pipeline declares them, so that `1.10` of a text stays `1.10`.
order() {
  echo '{}' >"$work/order"
  [ -n "${SLIPWAY_PARAMETERS:-}" ] || return 0
  ask GET "/pipelines/$pipeline"
  printf '%s\n' "$SLIPWAY_PARAMETERS" | jq -Rn --slurpfile pipeline "$work/answer" '
    def typed($type):
      if $type == "number" and test("^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$") then tonumber
      elif $type == "boolean" and (. == "true" or . == "false") then . == "true"
      else . end;
    [inputs | rtrimstr("\r") | select(test("[^ ]"))
      | (capture("^ *(?<key>[^= ]+)=(?<value>.*)$") // error("a parameter is not written as name=value"))
      | .key as $key | { key: $key, value: (.value | typed($pipeline[0].parameters[$key].type)) }]
    | { parameters: from_entries }' >"$work/order" || fail 2 'write SLIPWAY_PARAMETERS as lines of name=value'
}

# Shows the run until it has ended, and ends with its exit code.
follow() {
  end=$(($(date +%s) + ${SLIPWAY_TIMEOUT:-3600}))
  shown=
  while :; do
    left=$((end - $(date +%s)))
    [ "$left" -gt 0 ] || fail 7 "$1 has not ended in time; it goes on"
    [ "$left" -lt 20 ] || left=20
    ask GET "/executions/$1?wait=${left}s"
    status=$(jq -er .status "$work/answer") || fail 1 "$url does not answer as Slipway does"
    [ "$status" = "$shown" ] || say "$1 $status"
    shown=$status
    case $status in
      succeeded) code=0 ;;
      failed) code=3 ;;
      rolled-back) code=4 ;;
      rejected | canceled) code=5 ;;
      errored) code=11 ;;
      *) continue ;;
    esac
    tell "slipway_status=$status"
    [ "$code" = 0 ] || say "$(jq -r '.reason // "no reason is known"' "$work/answer")"
    exit "$code"
  done
}

# ask METHOD PATH: leaves the answer in $work/answer; asks again while the server is away. The key makes it one run.
ask() {
  lost=
  while :; do
    http=$(request "$1" "$url/api/v1$2")
    case $http in
      2??) return 0 ;;
      000 | 429 | 502 | 503 | 504)
        [ -n "$lost" ] || { lost=$(date +%s); say "the server does not answer ($http); trying again"; }
        [ $(($(date +%s) - lost)) -lt "${SLIPWAY_OUTAGE:-300}" ] || fail 10 "$url does not answer ($http)"
        sleep "${SLIPWAY_PAUSE:-5}"
        ;;
      *) refused "$http" ;;
    esac
  done
}

# Secrets reach curl over its standard input: a command line can be read by every process of the machine.
request() {
  token=$(token)
  if [ "$1" = POST ]; then
    set -- "$@" --header 'content-type: application/json' --header "idempotency-key: $key" --data-binary "@$work/order"
  fi
  method=$1 address=$2
  shift 2
  bearer "$token" | curl --config - --silent --max-time 60 --request "$method" "$@" \
    --output "$work/answer" --write-out '%{http_code}' "$address" || true
}

# A GitHub job's own token lives for minutes, so each request takes a new one.
token() {
  if [ -n "${SLIPWAY_TOKEN:-}" ]; then
    token=$SLIPWAY_TOKEN
  elif [ -n "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ]; then
    token=$(bearer "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" | curl --config - --silent --fail --max-time 30 --get \
      --data-urlencode "audience=$url" "$ACTIONS_ID_TOKEN_REQUEST_URL" | jq -er .value) ||
      fail 8 'GitHub gives this job no token'
  else
    fail 8 'set SLIPWAY_TOKEN, or give a GitHub job the permission `id-token: write`'
  fi
  case $token in *[!A-Za-z0-9._~+/=-]*) fail 8 'SLIPWAY_TOKEN holds what no token can; look for a line break' ;; esac
  printf '%s' "$token"
}

bearer() { printf 'header = "authorization: Bearer %s"\n' "$1"; }

refused() {
  say "$(jq -r '"\(.title): \(.detail)", (.errors[]? | "  \(.pointer): \(.message)")' "$work/answer" 2>/dev/null || echo "$url answers $1")"
  case $1 in
    400 | 413 | 415 | 422) exit 2 ;;
    401 | 403) exit 8 ;;
    409 | 412) exit 9 ;;
    *) exit 1 ;;
  esac
}

tell() { [ -z "${SLIPWAY_OUTPUTS:-}" ] || echo "$1" >>"$SLIPWAY_OUTPUTS"; }

main
