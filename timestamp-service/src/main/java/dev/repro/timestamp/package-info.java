/// Signs freshness, after it has looked at each snapshot with its own eyes.
///
/// [dev.repro.timestamp.TimestampAuthority] decides and signs; it can be used in any process. [dev.repro.timestamp.TimestampService] is the process
/// of its own that follows a snapshot service over HTTP. Nothing that comes from there is trusted: a compromised snapshot service can keep
/// a repository from going forward, and cannot make it go back.
package dev.repro.timestamp;
