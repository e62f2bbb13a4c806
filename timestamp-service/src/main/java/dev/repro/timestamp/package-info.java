/// Signs freshness, after it has looked at each snapshot with its own eyes.
package dev.repro.timestamp;
