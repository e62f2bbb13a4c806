/// The repository's side of The Update Framework: what edits, signs and publishes metadata.
///
/// - [Store]: where a repository lies. [DirectoryStore] and [GitStore] publish all or nothing, timestamp last.
/// - [Repository]: what a store holds now, read lazily and verified before anything is built on it.
/// - [Editor]: changes of a repository, none of which is signed; [Proposal]: what came of them; [ProposalFolder]: the same as
///   plain files.
/// - [Difference]: a proposal in words, for who signs it; [Ceremony]: signing and merging; [Publisher]: the way into a store.
///
/// Nothing here holds a private key: signatures come from [dev.repro.keys.Signer]s. Members of metadata that are not known here
/// are kept.
package dev.repro.tuf.repository;
