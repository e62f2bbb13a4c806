package dev.repro.tuf;

import dev.repro.base.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// To whom a targets role delegates (TUF 4.5).
///
/// @param keys of all delegated roles
/// @param roles in the order in which they are asked; empty if there are bins
/// @param bins succinct hash bins (TAP 15) instead of roles
public record Delegations(Map<KeyId, Key> keys, List<Role> roles, Optional<Bins> bins) {

    /// @param paths patterns, any of which a target must match; empty if prefixes are given
    /// @param hashPrefixes hexadecimal prefixes, any of which the SHA-256 of the target's path must have; empty if patterns are given
    public record Role(RoleName name, RoleKeys keys, boolean terminating, List<PathPattern> paths, List<String> hashPrefixes) {

        public boolean covers(TargetName target) {
            return paths.stream().anyMatch(p -> p.matches(target))
                    || !hashPrefixes.isEmpty() && hashPrefixes.stream().anyMatch(pathHash(target)::startsWith);
        }
    }

    /// @param bits 1 to 32: there are 2^bits bins, and the first bits of the SHA-256 of a target's path choose one
    public record Bins(RoleKeys keys, int bits, String prefix) {

        public long count() {
            return 1L << bits;
        }

        /// `PREFIX-` and the bin's number in hexadecimal, with as many digits as the last bin's.
        public RoleName bin(long number) {
            String hex = Long.toHexString(number);
            return new RoleName(prefix + "-" + "0".repeat(Long.toHexString(count() - 1).length() - hex.length()) + hex);
        }

        public RoleName binOf(TargetName target) {
            return bin(Long.parseLong(pathHash(target).substring(0, 8), 16) >>> (32 - bits));
        }
    }

    private static String pathHash(TargetName target) {
        return Digest.of(target.text().getBytes(StandardCharsets.UTF_8)).hex();
    }

    /// The delegation to a role, whichever kind it is.
    public Optional<RoleKeys> keysOf(RoleName role) {
        for (Role r : roles) {
            if (r.name().equals(role)) {
                return Optional.of(r.keys());
            }
        }
        return bins.filter(b -> isBin(b, role)).map(Bins::keys);
    }

    private static boolean isBin(Bins bins, RoleName role) {
        int digits = Long.toHexString(bins.count() - 1).length();
        String start = bins.prefix() + "-";
        String text = role.text();
        if (!text.startsWith(start) || text.length() != start.length() + digits) {
            return false;
        }
        String hex = text.substring(start.length());
        return hex.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f') && Long.parseLong(hex, 16) < bins.count();
    }
}
