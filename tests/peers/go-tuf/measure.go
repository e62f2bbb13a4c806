package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// measure ROUNDS: for tests/bench. Refreshes into an empty folder and then once more, ROUNDS times in this one process; prints a line
// `FIRST AGAIN` in milliseconds for each round.
func measure(rounds string) error {
	count, err := strconv.Atoi(rounds)
	if err != nil {
		return err
	}
	root, err := os.ReadFile(filepath.Join(*metadataDir, "root.json"))
	if err != nil {
		return err
	}
	parent := *metadataDir
	for i := 0; i < count; i++ {
		*metadataDir = filepath.Join(parent, strconv.Itoa(i))
		if err := os.Mkdir(*metadataDir, 0o755); err != nil {
			return err
		}
		own := filepath.Join(*metadataDir, "root.json")
		if err := os.WriteFile(own, root, 0o644); err != nil {
			return err
		}
		var took [2]float64
		for j := range took {
			start := time.Now()
			client, err := open(own)
			if err != nil {
				return err
			}
			if err := client.Refresh(); err != nil {
				return err
			}
			took[j] = float64(time.Since(start).Microseconds()) / 1000
		}
		fmt.Println(took[0], took[1])
	}
	return nil
}
