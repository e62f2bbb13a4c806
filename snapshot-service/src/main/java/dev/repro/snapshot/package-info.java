/// Takes signed metadata and files, checks them, publishes all or nothing; and the client of its protocol.
package dev.repro.snapshot;
