/// The gate as a daemon: HTTP on a Unix socket, a warm verifier, and what runs.
package dev.repro.tender.daemon;
