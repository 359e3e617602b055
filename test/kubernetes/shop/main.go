// The shop: answers with the version it was built as, and fails at a share of its requests. Called `pause` it only waits.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// How long it still answers after it was told to end: routers need a moment to know.
const grace = 1500 * time.Millisecond

func main() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	if len(os.Args) > 1 && os.Args[1] == "pause" {
		<-ended
		return
	}
	version := os.Getenv("VERSION")
	failing, _ := strconv.ParseFloat(os.Getenv("ERRORS"), 64)
	var turn atomic.Int64
	http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("x-version", version)
		response.Header().Set("content-type", "application/json")
		// Evenly spread, so that a share of errors needs no luck.
		n := float64(turn.Add(1))
		if int64(n*failing) != int64((n-1)*failing) {
			response.WriteHeader(http.StatusInternalServerError)
		}
		json.NewEncoder(response).Encode(map[string]string{"version": version})
	})
	http.HandleFunc("/healthz", func(response http.ResponseWriter, request *http.Request) {})
	server := &http.Server{Addr: ":8080"}
	go server.ListenAndServe()
	<-ended
	time.Sleep(grace)
	server.Shutdown(context.Background())
}
