package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/// Opens the store that lies in a folder, or at an address.
public final class Stores {

    private Stores() {}

    /// @param place `s3://BUCKET/PREFIX?endpoint=URL&region=REGION` ([S3Store]), else a folder as below
    /// @param env for the credentials of an object store
    /// @param directory to which a relative path is relative
    public static Store open(String place, Map<String, String> env, Path directory) throws Problem {
        return place.startsWith(S3Address.SCHEME) ? S3Store.open(place, env, InstantSource.system())
                : open(directory.resolve(place).toAbsolutePath().normalize());
    }

    /// As above, with the environment and the working folder of this process.
    public static Store open(String place) throws Problem {
        return open(place, System.getenv(), Path.of(""));
    }

    /// A bare git repository if it is one, or if its name ends with `.git` and it has no metadata (yet); else a folder of files.
    public static Store open(Path folder) throws Problem {
        boolean git = Files.isRegularFile(folder.resolve("HEAD")) && Files.isDirectory(folder.resolve("objects"));
        boolean toBeMade = folder.getFileName().toString().endsWith(".git") && !Files.exists(folder.resolve("metadata"));
        return git || toBeMade ? GitStore.open(folder) : DirectoryStore.open(folder);
    }

    /// That a publication builds on what is no longer published.
    static Problem raced(Object timestamp) {
        return Problem.no("somebody else has published meanwhile").where(timestamp)
                .hint("run the command again: it starts from what is published now");
    }
}
