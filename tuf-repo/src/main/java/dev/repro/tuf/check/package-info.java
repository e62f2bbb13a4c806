/// The check of a repository from outside: any TUF repository, with or without its targets, held to the specification, to
/// margins of time, and to
/// what other clients read. Trusts nothing that it reads; reads no more than its limits; changes nothing.
///
/// ```
/// Report report = RepoCheck.check(new RepoCheck.Request(new FolderSource(folder, "repo/metadata"), Optional.empty(),
/// Optional.empty(),
///         Instant.now(), Margins.DEFAULT));
/// ```
package dev.repro.tuf.check;
