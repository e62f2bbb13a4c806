package dev.repro.tuf.client;

import dev.repro.base.Problem;
import java.net.URI;

/// One place where a repository can be had.
///
/// @param name for messages
public record Mirror(String name, Remote metadata, Remote targets) {

    /// What a URL is reached by.
    @FunctionalInterface
    public interface Net {
        Remote at(URI url) throws Problem;
    }

    /// @param url of the folders `metadata` and `targets`
    public static Mirror of(URI url, Net net) throws Problem {
        return new Mirror(url.toString(), net.at(url.resolve("metadata/")), net.at(url.resolve("targets/")));
    }
}
