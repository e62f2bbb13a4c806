package dev.repro.tender.daemon;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.os.UnixSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Asks a daemon, one request for each connection.
public final class GateClient {
    private static final Duration PATIENCE = Duration.ofMinutes(11);
    /// Bytes of an answer.
    private static final int MOST = 64 << 20;
    private static final String END = "\r\n\r\n";

    private final Path socket;

    public GateClient(Path socket) {
        this.socket = socket;
    }

    /// What the daemon refuses, as it says it.
    private static final class Refusal extends Refused {
        private static final long serialVersionUID = 1;

        private Refusal(Fields said) throws Problem {
            super(said.string("refusal"), (int) said.integer("code"), "is what the daemon answers");
            setExpected(said.optionalString("expected").orElse(null));
            setFound(said.optionalString("found").orElse(null));
            setFile(said.optionalString("file").orElse(null));
            setKey(said.optionalString("key").orElse(null));
            setHint(said.optionalString("hint").orElse(null));
        }
    }

    /// Where a daemon of this user listens: `$REPRO_SOCKET`, else `/run/repro/gate.sock` for root and `$XDG_RUNTIME_DIR/repro/gate.sock` for others.
    ///
    /// @throws Problem exit code 3: no place
    public static Path place(Map<String, String> env, int user) throws Problem {
        String given = env.getOrDefault("REPRO_SOCKET", "");
        if (!given.isEmpty()) {
            return Path.of(given);
        }
        String runtime = env.getOrDefault("XDG_RUNTIME_DIR", "");
        if (user == 0 || !runtime.startsWith("/")) {
            return Path.of("/run/repro/gate.sock");
        }
        return Path.of(runtime, "repro", "gate.sock");
    }

    /// All that runs: `repro.running.v1`.
    ///
    /// @param ended with the last of what ran
    public Json.Obj running(boolean ended) throws Refused, Problem {
        return ask("GET", "/v1/running" + (ended ? "?ended=true" : ""));
    }

    /// What runs and is not the newest, or not trusted any more: `repro.outdated.v1`.
    public Json.Obj outdated() throws Refused, Problem {
        return ask("GET", "/v1/outdated");
    }

    /// Stops a launch and waits until it has ended: `repro.guest.v1`.
    ///
    /// @param grace seconds between SIGTERM and SIGKILL
    /// @throws Problem exit code 1: there is no such launch
    public Json.Obj stop(String id, int grace) throws Refused, Problem {
        if (!LaunchRequest.isId(id)) {
            throw Problem.usage("not the id of a launch").found(id).hint("repro ps lists what runs");
        }
        return ask("DELETE", "/v1/running/" + id + "?grace=" + grace);
    }

    private Json.Obj ask(String method, String path) throws Refused, Problem {
        byte[] answer;
        try (UnixSocket connection = UnixSocket.connect(socket)) {
            if (connection == null) {
                throw Problem.environment("no daemon listens there").where(socket).hint("start one: repro gate, or name its --socket");
            }
            connection.write((method + ' ' + path + " HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII), PATIENCE);
            answer = all(connection);
        } catch (IOException e) {
            throw Problem.environment("the daemon does not answer: " + e.getMessage()).where(socket).hint("see its log").because(e);
        }
        return read(answer);
    }

    private static byte[] all(UnixSocket connection) throws IOException {
        var out = new ByteArrayOutputStream();
        byte[] piece = new byte[16 << 10];
        for (int n = 1; n > 0 && out.size() <= MOST;) {
            n = connection.read(piece, 0, piece.length, PATIENCE);
            out.write(piece, 0, Math.max(0, n));
        }
        return out.toByteArray();
    }

    /// The connection ends with the answer, so what follows the head is the body.
    private Json.Obj read(byte[] answer) throws Refused, Problem {
        String head = new String(answer, 0, Math.min(answer.length, HttpReader.HEAD), StandardCharsets.ISO_8859_1);
        int end = head.indexOf(END);
        if (end < 0 || !head.matches("(?s)HTTP/1\\.1 \\d{3} .*")) {
            throw strange();
        }
        byte[] body = java.util.Arrays.copyOfRange(answer, end + END.length(), answer.length);
        int status = Integer.parseInt(head.substring(9, 12));
        try {
            if (!(JsonParser.parse(body) instanceof Json.Obj object)) {
                throw strange();
            }
            if (status < 300) {
                return object;
            }
            if (object.members().containsKey("refusal")) {
                throw new Refusal(Fields.of(object, socket.toString(), "$"));
            }
            throw problem(object);
        } catch (JsonParser.SyntaxException e) {
            throw strange().because(e);
        }
    }

    private Problem strange() {
        return Problem.environment("what listens there is no gate, or broke off").where(socket).hint("name the --socket of a daemon: repro gate");
    }

    private Problem problem(Json.Obj said) throws Problem {
        Fields fields = Fields.of(said, socket.toString(), "$");
        long code = fields.integer("code");
        Problem.Exit exit = Problem.Exit.ENVIRONMENT;
        for (Problem.Exit one : Problem.Exit.values()) {
            exit = one.code == code ? one : exit;
        }
        var out = new Problem(exit, fields.string("error"));
        fields.optionalString("where").ifPresent(out::where);
        fields.optionalString("expected").ifPresent(out::expected);
        fields.optionalString("found").ifPresent(out::found);
        fields.optionalString("hint").ifPresent(out::hint);
        return out;
    }
}
