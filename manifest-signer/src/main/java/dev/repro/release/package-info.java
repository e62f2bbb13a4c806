/// Releases: what they say of their images, how they are signed, and what is checked of them.
package dev.repro.release;
