// A TUF client on the command line around go-tuf, with the options of `repro tuf-client`:
//
//	--metadata-dir D --metadata-url U [--target-name P]… [--target-base-url T] [--target-dir X] init ROOT | refresh | download
//
// Exit 0: done. Exit 1: refused or failed, and standard error says why. A target P lands in X under its percent-encoded name.
package main

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

type names []string

func (n *names) String() string     { return strings.Join(*n, " ") }
func (n *names) Set(s string) error { *n = append(*n, s); return nil }

var (
	metadataDir   = flag.String("metadata-dir", "", "folder of the client's state")
	metadataURL   = flag.String("metadata-url", "", "where the metadata is")
	targetBaseURL = flag.String("target-base-url", "", "where the targets are")
	targetDir     = flag.String("target-dir", "", "where targets go")
	targetNames   names
)

func main() {
	flag.Var(&targetNames, "target-name", "target to download, may repeat")
	flag.Parse()
	if err := run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "go-tuf:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	root := filepath.Join(*metadataDir, "root.json")
	switch {
	case len(args) == 2 && args[0] == "init":
		bytes, err := os.ReadFile(args[1])
		if err != nil {
			return err
		}
		return os.WriteFile(root, bytes, 0o644)
	case len(args) == 1 && args[0] == "refresh":
		client, err := open(root)
		if err != nil {
			return err
		}
		return client.Refresh()
	case len(args) == 1 && args[0] == "download":
		client, err := open(root)
		if err != nil {
			return err
		}
		return download(client)
	case len(args) == 2 && args[0] == "measure":
		return measure(args[1])
	}
	return fmt.Errorf("expected init ROOT, refresh or download, found %q", args)
}

func open(root string) (*updater.Updater, error) {
	trusted, err := os.ReadFile(root)
	if err != nil {
		return nil, err
	}
	cfg, err := config.New(*metadataURL, trusted)
	if err != nil {
		return nil, err
	}
	cfg.LocalMetadataDir = *metadataDir
	cfg.LocalTargetsDir = *metadataDir
	cfg.RemoteTargetsURL = *targetBaseURL
	return updater.New(cfg)
}

func download(client *updater.Updater) error {
	if err := client.Refresh(); err != nil {
		return err
	}
	for _, name := range targetNames {
		info, err := client.GetTargetInfo(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		path := filepath.Join(*targetDir, url.PathEscape(name))
		if cached, _, _ := client.FindCachedTarget(info, path); cached != "" {
			continue
		}
		if _, _, err := client.DownloadTarget(info, path, *targetBaseURL); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
