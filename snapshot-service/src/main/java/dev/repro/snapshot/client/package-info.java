/// What an author, a maintainer or anybody else does with a snapshot service and the repository that it serves: the client of the
/// publishing protocol (docs/publishing.md), and what lies before it and after it on a person's own machine.
///
/// Nothing that the service says of the repository is believed: [Trust] follows it as a TUF client does, and everything that is
/// signed here is built on that.
package dev.repro.snapshot.client;
