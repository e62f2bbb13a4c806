/// The snapshot service: takes signed metadata and files over HTTP, checks what every client and gate would check, publishes all or
/// nothing. A signature by a delegated key is the only credential. docs/publishing.md has the protocol.
///
/// [Service] starts it. [Gate] checks, [Blobs] keeps what is uploaded, [Committer] publishes in groups, [Requests] keeps what authors
/// ask of maintainers; `Api` and `StaticFiles` speak HTTP.
package dev.repro.snapshot;
