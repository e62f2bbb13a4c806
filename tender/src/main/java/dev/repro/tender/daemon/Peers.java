package dev.repro.tender.daemon;

import dev.repro.tender.Ask;
import dev.repro.tender.os.Accounts;
import dev.repro.tender.os.UnixSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Who asks, with names: the policy names users and groups. Names are looked up anew after a while, as accounts come and go.
final class Peers {
    private static final Duration FRESH = Duration.ofSeconds(10);
    private static final int MOST = 4096;

    /// @param due in nanoseconds of [System#nanoTime]
    private record Names(String user, List<String> groups, long due) {}

    private record Key(int uid, List<Integer> groups) {}

    private final int owner;
    private final int group;
    private final Map<Key, Names> names = new ConcurrentHashMap<>();

    /// @param owner the user that the daemon runs as
    /// @param group of the socket
    Peers(int owner, int group) {
        this.owner = owner;
        this.group = group;
    }

    Ask.Peer named(UnixSocket.Peer peer) {
        var key = new Key(peer.uid(), peer.groups());
        Names known = names.get(key);
        if (known == null || known.due - System.nanoTime() < 0) {
            if (names.size() >= MOST) {
                names.clear();
            }
            known = new Names(Accounts.user(peer.uid()), peer.groups().stream().map(Accounts::group).distinct().toList(),
                    System.nanoTime() + FRESH.toNanos());
            names.put(key, known);
        }
        return new Ask.Peer(peer.pid(), peer.uid(), peer.gid(), known.user, known.groups, isOperator(peer));
    }

    /// Root, the daemon's own user, and the members of the socket's group: they see and stop everything, and launch what the policy leaves to no one
    /// by name.
    boolean isOperator(UnixSocket.Peer peer) {
        return peer.uid() == 0 || peer.uid() == owner || peer.groups().contains(group);
    }
}
