package dev.repro.tender.daemon;

import dev.repro.base.Refused;
import dev.repro.tender.Ask;

/// Who asks is neither root, nor of the socket's group, nor named anywhere in the policy.
final class NotAllowed extends Refused {
    private static final long serialVersionUID = 1;

    NotAllowed(Ask.Peer peer) {
        super("user-not-allowed", 63, "the gate may not be asked by " + peer.user());
        setExpected("root, the group of the socket, or who is named in the policy");
        setFound(peer.user() + " (" + peer.uid() + ")");
        setHint("the operator names you in `users`, or a group of yours in `groups`, of a package's entry in the policy");
    }
}
