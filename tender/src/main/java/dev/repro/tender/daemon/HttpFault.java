package dev.repro.tender.daemon;

/// A request that is none that is accepted. After the answer the connection is closed, because nobody knows where the next would begin.
final class HttpFault extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    HttpFault(int status, String what) {
        super(what, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
