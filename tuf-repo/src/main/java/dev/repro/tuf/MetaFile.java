package dev.repro.tuf;

import java.util.Map;
import java.util.OptionalLong;

/// What timestamp says of snapshot, and snapshot of each targets role.
///
/// @param length in bytes, where it is said
/// @param hashes hexadecimal by the algorithm's name; empty where none are said
public record MetaFile(long version, OptionalLong length, Map<String, String> hashes) {}
