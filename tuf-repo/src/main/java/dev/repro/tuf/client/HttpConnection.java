package dev.repro.tuf.client;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// One connection that speaks HTTP/1.1 (RFC 9112): requests without a body, answers read strictly. Every read of the socket, also inside
/// TLS, is held to the [Pace] of the request.
final class HttpConnection {
    /// Of status line and all fields, and of the trailer of a chunked body, in bytes each.
    private static final int MAX_HEAD = 65_536;

    private final Plain plain;
    private Socket socket;
    private InputStream in;
    private final byte[] buffer = new byte[16_384];
    private int at;
    private int end;
    private boolean keptAlive = true;

    /// @param fields by lower-case name; one that stands twice is joined by a comma
    record Head(int status, Map<String, String> fields) {
        String field(String name) {
            return fields.getOrDefault(name, "");
        }
    }

    /// A socket whose reads know how long they may take.
    static final class Plain extends Socket {
        private Pace pace;
        private InputStream raw;

        @Override
        public InputStream getInputStream() throws IOException {
            if (raw == null) {
                raw = new FilterInputStream(super.getInputStream()) {
                    @Override
                    public int read() throws IOException {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                    }

                    @Override
                    public int read(byte[] bytes, int from, int length) throws IOException {
                        return paced(in, bytes, from, length);
                    }
                };
            }
            return raw;
        }

        private int paced(InputStream from, byte[] bytes, int offset, int length) throws IOException {
            while (true) {
                setSoTimeout(pace.patience());
                try {
                    int n = from.read(bytes, offset, length);
                    pace.count(Math.max(n, 0));
                    return n;
                } catch (SocketTimeoutException e) {
                    continue; // patience() says whether there is any left
                }
            }
        }
    }

    HttpConnection(Plain connected) throws IOException {
        plain = connected;
        socket = connected;
        in = connected.getInputStream();
    }

    /// From here on, inside TLS.
    void secure(Socket tls) throws IOException {
        socket = tls;
        in = tls.getInputStream();
    }

    void pace(Pace pace) {
        plain.pace = pace;
    }

    Plain plain() {
        return plain;
    }

    /// Sends a request and reads the head of the answer to it.
    Head ask(String request, Pace pace) throws IOException {
        plain.pace = pace;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        pace.await();
        Head head = head();
        for (int i = 0; head.status / 100 == 1; i++) { // RFC 9110 15.2: more may come before the answer
            if (i == 8 || head.status == 101) {
                throw new IOException("an answer of status " + head.status + " was not asked for");
            }
            head = head();
        }
        return head;
    }

    private Head head() throws IOException {
        int[] left = {MAX_HEAD};
        String status = line(left);
        if (!status.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new IOException("the answer is not HTTP/1.1");
        }
        var fields = new HashMap<String, String>();
        for (String field = line(left); !field.isEmpty(); field = line(left)) {
            int colon = field.indexOf(':');
            if (colon <= 0 || field.charAt(0) == ' ' || field.charAt(0) == '\t' || field.charAt(colon - 1) == ' ') {
                throw new IOException("a field of the answer is malformed");
            }
            fields.merge(field.substring(0, colon).toLowerCase(Locale.ROOT), field.substring(colon + 1).strip(), (a, b) -> a + "," + b);
        }
        String connection = fields.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        keptAlive = status.startsWith("HTTP/1.1") ? !connection.contains("close") : connection.contains("keep-alive");
        return new Head(Integer.parseInt(status.substring(9, 12)), fields);
    }

    private String line(int[] left) throws IOException {
        var out = new StringBuilder();
        while (true) {
            int c = next();
            if (--left[0] < 0) {
                throw new IOException("the head of the answer is longer than " + MAX_HEAD + " bytes");
            }
            if (c == '\n') {
                int length = out.length();
                return length > 0 && out.charAt(length - 1) == '\r' ? out.substring(0, length - 1) : out.toString();
            }
            out.append((char) c);
        }
    }

    private int next() throws IOException {
        if (at == end && !fill()) {
            throw new EOFException("the answer ended too early");
        }
        return buffer[at++] & 0xff;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(buffer, 0, buffer.length));
        return end > 0;
    }

    /// The answer's body (RFC 9112 6.3). Reading it to its end leaves the connection ready for the next request.
    ///
    /// @param ended is run at the end of the body if the server keeps the connection
    InputStream body(Head head, Runnable ended) throws IOException {
        String encoding = head.field("transfer-encoding").toLowerCase(Locale.ROOT);
        String length = head.field("content-length");
        if (!encoding.isEmpty() && !encoding.equals("chunked") || !encoding.isEmpty() && !length.isEmpty()) {
            throw new IOException("the answer's body is framed in a way that is not accepted");
        }
        if (!length.isEmpty() && !length.matches("[0-9]{1,18}")) {
            throw new IOException("the answer's Content-Length is malformed");
        }
        boolean chunked = !encoding.isEmpty();
        boolean endless = !chunked && length.isEmpty();
        return new Body(chunked, endless, length.isEmpty() ? 0 : Long.parseLong(length), ended);
    }

    private final class Body extends InputStream {
        private final boolean chunked;
        private final boolean endless;
        private final Runnable ended;
        private long left;
        private boolean first = true;
        private boolean over;

        Body(boolean chunked, boolean endless, long length, Runnable ended) {
            this.chunked = chunked;
            this.endless = endless;
            this.left = length;
            this.ended = ended;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!over && chunked && left == 0) {
                left = chunk();
            }
            if (over || !endless && left == 0) {
                finish();
                return -1;
            }
            if (at == end && !fill()) {
                if (endless) {
                    over = true;
                    return -1;
                }
                throw new EOFException("the answer ended too early");
            }
            int n = Math.min(length, end - at);
            n = endless ? n : (int) Math.min(n, left);
            System.arraycopy(buffer, at, bytes, from, n);
            at += n;
            left -= n;
            return n;
        }

        // RFC 9112 7.1
        private long chunk() throws IOException {
            int[] allowed = {MAX_HEAD};
            if (!first && !line(allowed).isEmpty()) {
                throw new IOException("a chunk of the answer is malformed");
            }
            first = false;
            String size = line(allowed).split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,15}")) {
                throw new IOException("a chunk of the answer is malformed");
            }
            long length = Long.parseLong(size, 16);
            while (length == 0 && !line(allowed).isEmpty()) {
                continue; // the trailer
            }
            return length;
        }

        private void finish() {
            if (!over && !endless) {
                over = true;
                if (keptAlive && at == end) {
                    ended.run();
                }
            }
        }

        @Override
        public void close() throws IOException {
            if (!over || endless || !keptAlive || at != end) {
                over = true;
                HttpConnection.this.close();
            }
        }
    }

    void close() throws IOException {
        socket.close();
        plain.close();
    }
}
