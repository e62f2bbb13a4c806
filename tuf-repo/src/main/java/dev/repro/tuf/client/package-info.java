/// The client of a TUF repository (specification 1.0.34, section 5).
///
/// It trusts one root file that its user got some other way, the clock, and its own folder; nothing that comes over the network before a
/// threshold of keys has signed it. What it refuses is a [dev.repro.tuf.Refusal]; that a network or a disk failed is a
/// [dev.repro.base.Problem].
///
/// The rules are in states without input or output, each of which can only become the next:
/// [RootChain] → [TrustedRoot] → [TrustedTimestamp] → [TrustedSnapshot] → [TrustedTargets] → its delegated [TrustedTargets].
/// [Updater] moves files between a [Remote], a [Store] and these states, in the order of the workflow and with no request more than it needs.
///
/// ```
/// try (Fetcher fetcher = new Fetcher(Proxies.NONE, Limits.DEFAULT)) {
///     Remote metadata = fetcher.at(URI.create("https://repo.example/metadata/"));
///     Repository repository = new Updater(metadata, FolderStore.open(folder, System.err::println), Limits.DEFAULT).refresh(Instant.now());
///     Found found = repository.find(new TargetName("hello/1.0.0/hello.hvt"));
///     Path file = new Downloads(fetcher.at(URI.create("https://repo.example/targets/")), targets).fetch(found).file();
/// }
/// ```
package dev.repro.tuf.client;
