package dev.repro.tender.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Reads requests of HTTP/1.1 from a connection (RFC 9110, RFC 9112), strictly: what two readers could take for different requests is refused
/// with its status.
///
/// Lines end with CR LF, and with nothing else. No folded lines, no space before a colon, no control characters, exactly one Host. A body is as long
/// as its one Content-Length says: no Transfer-Encoding. Targets are paths (`/v1/…`).
final class HttpReader {
    /// Bytes of request line and headers together.
    static final int HEAD = 8 << 10;
    /// Bytes of a body.
    static final int BODY = 64 << 10;
    static final int HEADERS = 64;
    private static final int TARGET = 2 << 10;
    private static final int CONTENT_LENGTH_DIGITS = 10;
    private static final String TOKEN = "!#$%&'*+-.^_`|~"; // and letters and digits: RFC 9110, 5.6.2
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /// How far a connection is, for who watches its clock.
    enum Phase {
        /// Between two requests.
        IDLE,
        /// In a request line or a header.
        HEAD,
        /// In a body.
        BODY
    }

    /// What the reader needs of its connection.
    interface Client extends ReadableByteChannel {
        /// Called before each wait for the first bytes of a phase.
        void enters(Phase phase);

        void send(byte[] bytes) throws IOException;
    }

    private final Client client;
    private final ByteBuffer buffer = ByteBuffer.allocate(HEAD).limit(0); // what has been read and not been used
    private int used; // bytes of the head so far

    HttpReader(Client client) {
        this.client = client;
    }

    /// The next request; null where the client has sent its last.
    ///
    /// @throws HttpFault it is none that is accepted
    /// @throws IOException the connection broke off
    HttpRequest next() throws IOException, HttpFault {
        client.enters(Phase.IDLE);
        if (!buffer.hasRemaining() && !fill()) {
            return null;
        }
        client.enters(Phase.HEAD);
        used = 0;
        String line = line();
        if (line.isEmpty()) {
            line = line(); // one empty line is forgiven (RFC 9112, 2.2)
        }
        String[] words = requestLine(line);
        Map<String, String> headers = headers();
        if (!headers.containsKey("host")) {
            throw new HttpFault(400, "no Host header");
        }
        byte[] body = body(words[0], headers);
        int question = words[1].indexOf('?');
        return question < 0 ? new HttpRequest(words[0], words[1], "", headers, body)
                : new HttpRequest(words[0], words[1].substring(0, question), words[1].substring(question + 1), headers, body);
    }

    private static String[] requestLine(String line) throws HttpFault {
        String[] words = line.split(" ", -1);
        if (words.length != 3 || !isToken(words[0])) {
            throw new HttpFault(400, "the request line is not METHOD TARGET HTTP/1.1");
        }
        if (!words[2].equals("HTTP/1.1")) {
            throw words[2].matches("HTTP/[0-9]\\.[0-9]") ? new HttpFault(505, "only HTTP/1.1 is spoken here")
                    : new HttpFault(400, "the request line is not METHOD TARGET HTTP/1.1");
        }
        if (words[1].length() > TARGET) {
            throw new HttpFault(414, "the target is longer than " + TARGET + " bytes");
        }
        if (!words[1].startsWith("/") || !words[1].chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')) {
            throw new HttpFault(400, "the target is not a path");
        }
        return words;
    }

    private Map<String, String> headers() throws IOException, HttpFault {
        var out = new HashMap<String, String>();
        for (int count = 0;; count++) {
            String line = line();
            if (line.isEmpty()) {
                return out;
            }
            if (count == HEADERS) {
                throw new HttpFault(431, "more than " + HEADERS + " headers");
            }
            int colon = line.indexOf(':');
            if (colon < 1 || !isToken(line.substring(0, colon))) { // a folded line begins with a space
                throw new HttpFault(400, "a header is not NAME: VALUE");
            }
            String name = lowerCase(line.substring(0, colon));
            String before = out.put(name, value(line, colon + 1));
            if (before != null && (name.equals("host") || name.equals("content-length") || name.equals("transfer-encoding"))) {
                throw new HttpFault(400, "two headers " + name);
            } else if (before != null) {
                out.merge(name, before, (last, first) -> first + ", " + last); // RFC 9110, 5.3
            }
        }
    }

    private static String value(String line, int from) throws HttpFault {
        for (int i = from; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                throw new HttpFault(400, "a control character in a header");
            }
        }
        return line.substring(from).strip();
    }

    private byte[] body(String method, Map<String, String> headers) throws IOException, HttpFault {
        if (headers.containsKey("transfer-encoding")) {
            throw headers.containsKey("content-length") ? new HttpFault(400, "both Transfer-Encoding and Content-Length")
                    : new HttpFault(501, "Transfer-Encoding is not spoken here: send Content-Length");
        }
        String text = headers.get("content-length");
        if (text == null && (method.equals("POST") || method.equals("PUT") || method.equals("PATCH"))) {
            throw new HttpFault(411, "no Content-Length");
        }
        long length = text == null ? 0 : length(text);
        expectation(headers.get("expect"), length);
        client.enters(Phase.BODY);
        var body = ByteBuffer.allocate((int) length);
        while (body.hasRemaining()) {
            if (!buffer.hasRemaining() && !fill()) {
                throw new IOException("the connection broke off in a body");
            }
            int n = Math.min(body.remaining(), buffer.remaining());
            body.put(buffer.slice().limit(n));
            buffer.position(buffer.position() + n);
        }
        return body.array();
    }

    private static long length(String text) throws HttpFault {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new HttpFault(400, "Content-Length is not a number");
        }
        if (text.length() > CONTENT_LENGTH_DIGITS || Long.parseLong(text) > BODY) {
            throw new HttpFault(413, "the body is longer than " + BODY + " bytes");
        }
        return Long.parseLong(text);
    }

    private void expectation(String expect, long length) throws IOException, HttpFault {
        if (expect == null) {
            return;
        }
        if (!expect.equalsIgnoreCase("100-continue")) {
            throw new HttpFault(417, "the only expectation that is met is 100-continue");
        }
        if (length > buffer.remaining()) {
            client.send(CONTINUE);
        }
    }

    /// The next line of the head, without its end; characters are bytes.
    private String line() throws IOException, HttpFault {
        var out = new StringBuilder(80);
        while (true) {
            while (buffer.hasRemaining()) {
                char c = (char) (buffer.get() & 0xff);
                if (++used > HEAD) {
                    throw new HttpFault(431, "request line and headers are longer than " + HEAD + " bytes");
                }
                if (c == '\n') {
                    return ended(out);
                }
                out.append(c);
            }
            if (!fill()) {
                throw new IOException("the connection broke off in a head");
            }
        }
    }

    private static String ended(StringBuilder line) throws HttpFault {
        int last = line.length() - 1;
        if (last < 0 || line.charAt(last) != '\r') {
            throw new HttpFault(400, "a line ends without CR LF");
        }
        line.setLength(last);
        if (line.indexOf("\r") >= 0 || line.indexOf("\0") >= 0) {
            throw new HttpFault(400, "a control character in a line");
        }
        return line.toString();
    }

    private boolean fill() throws IOException {
        buffer.clear();
        int n = client.read(buffer);
        buffer.flip();
        return n > 0;
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || TOKEN.indexOf(c) >= 0);
    }

    private static String lowerCase(String token) {
        return token.toLowerCase(java.util.Locale.ROOT);
    }
}
