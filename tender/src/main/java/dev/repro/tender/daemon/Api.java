package dev.repro.tender.daemon;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.os.Pid;
import dev.repro.tender.os.UnixSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What each path does (docs/gate.md). Refusals of the gate are answers as `repro.refusal.v1`, other failures as `repro.error.v1`.
final class Api implements SocketServer.Handler {
    private static final String RUNNING = "/v1/running";
    private static final Duration WAIT = Duration.ofMinutes(10);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final long MAX_GRACE = 300;
    /// After SIGKILL.
    private static final Duration DEATH = Duration.ofSeconds(10);

    /// What has no path of its own here.
    interface Daemon {
        /// What is wrong with it; empty: nothing.
        Optional<String> unhealthy();

        String metrics();

        Json.Obj outdated(List<Guest> guests) throws Refused, Problem;

        /// Who may nothing is told so, whatever it asks.
        boolean mayConnect(UnixSocket.Peer peer) throws Refused, Problem;
    }

    private final Launches launches;
    private final Verifications verifications;
    private final Guests guests;
    private final Consoles consoles;
    private final Peers peers;
    private final Daemon daemon;
    private final Log log;
    private final Metrics metrics;

    /// `POST /v1/verify`: all checks of a launch.
    @FunctionalInterface
    interface Verifications {
        Json.Obj verify(dev.repro.tender.Ask ask) throws Refused, Problem;
    }

    Api(Launches launches, Verifications verifications, Guests guests, Consoles consoles, Peers peers, Daemon daemon, Log log, Metrics metrics) {
        this.launches = launches;
        this.verifications = verifications;
        this.guests = guests;
        this.consoles = consoles;
        this.peers = peers;
        this.daemon = daemon;
        this.log = log;
        this.metrics = metrics;
    }

    @Override
    public HttpReply answer(HttpRequest request, UnixSocket.Peer peer) {
        try {
            if (!daemon.mayConnect(peer)) {
                throw new NotAllowed(peers.named(peer));
            }
            return route(request, peer);
        } catch (Refused e) {
            metrics.refused(e.name());
            log.warn("refused", "path", request.path(), "refusal", e.name(), "line", e.line(), "uid", peer.uid(), "pid", peer.pid());
            return HttpReply.json(status(e), refusal(e));
        } catch (Problem e) {
            metrics.failed();
            log.warn("problem", "path", request.path(), "error", e.line(), "uid", peer.uid(), "pid", peer.pid());
            return HttpReply.json(status(e), e.toJson());
        } catch (Launches.Taken e) {
            return HttpReply.error(409, 2, e.getMessage(), "choose another `id`, or leave it out");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return HttpReply.error(503, 3, "the daemon stops", "ask again when it is back");
        }
    }

    private static Json.Obj refusal(Refused e) {
        Json.Obj out = Json.object("schema", "repro.refusal.v1");
        for (var member : e.toJson().members().entrySet()) {
            out = out.with(member.getKey(), member.getValue());
        }
        return out;
    }

    /// 403 for what is not trusted or not allowed, 404 for what is not there, 409 for what is in use, 422 for what does not fit together, 503 for
    /// what may be fresh again later.
    static int status(Refused e) {
        return switch (e.name()) {
            case "release-unknown", "image-unknown" -> 404;
            case "device-busy" -> 409;
            default -> e.code() == 61 ? 422 : e.code() == 62 && e.name().endsWith("-expired") || e.name().equals("policy-missing") ? 503 : 403;
        };
    }

    static int status(Problem e) {
        return switch (e.exit()) {
            case NO -> 403;
            case USAGE -> 422;
            case ENVIRONMENT, STORAGE -> 503;
        };
    }

    private HttpReply route(HttpRequest request, UnixSocket.Peer peer) throws Refused, Problem, Launches.Taken, InterruptedException {
        String path = request.path();
        return switch (path) {
            case "/healthz" -> get(request, health());
            case "/metrics" -> get(request, HttpReply.text(200, daemon.metrics()));
            case "/v1/launch" -> allowed(request, "POST") ? launch(request, peer) : notAllowed("POST");
            case "/v1/verify" -> allowed(request, "POST") ? verify(request, peer) : notAllowed("POST");
            case "/v1/outdated" -> allowed(request, "GET") ? HttpReply.json(200, daemon.outdated(seen(guests.living(), peer))) : notAllowed("GET, HEAD");
            case RUNNING -> allowed(request, "GET") ? list(request, peer) : notAllowed("GET, HEAD");
            default -> path.startsWith(RUNNING + "/") ? one(request, path.substring(RUNNING.length() + 1), peer) : nothing();
        };
    }

    private static boolean allowed(HttpRequest request, String method) {
        return request.method().equals(method) || method.equals("GET") && request.isHead();
    }

    private static HttpReply get(HttpRequest request, HttpReply reply) {
        return allowed(request, "GET") ? reply : notAllowed("GET, HEAD");
    }

    private static HttpReply notAllowed(String methods) {
        return HttpReply.error(405, 2, "this path has no such method", "it has " + methods).with("Allow: " + methods);
    }

    private static HttpReply nothing() {
        return HttpReply.error(404, 2, "there is nothing at this path", "docs/gate.md lists the paths");
    }

    private HttpReply health() {
        Optional<String> wrong = daemon.unhealthy();
        return HttpReply.text(wrong.isEmpty() ? 200 : 503, wrong.orElse("ok") + "\n");
    }

    private HttpReply launch(HttpRequest request, UnixSocket.Peer peer) throws Refused, Problem, Launches.Taken, InterruptedException {
        long begun = System.nanoTime();
        LaunchRequest asked = body(request);
        Launches.Launched launched = launches.launch(asked, peers.named(peer));
        Guest guest = launched.guest();
        if (launched.isNew()) {
            metrics.launched(System.nanoTime() - begun);
            log.info("launched", "id", guest.id(), "release", guest.facts().name() + " " + guest.facts().version(), "digest",
                    guest.processes().getFirst().sha256(), "pid", guest.processes().getFirst().pid(), "uid", peer.uid(), "microseconds",
                    (System.nanoTime() - begun) / 1000);
        }
        if (asked.waits()) {
            guest.await(WAIT);
        }
        return HttpReply.json(launched.isNew() ? 201 : 200, guest.toJson());
    }

    private static LaunchRequest body(HttpRequest request) throws Problem {
        return LaunchRequest.parse(request.body());
    }

    private HttpReply verify(HttpRequest request, UnixSocket.Peer peer) throws Refused, Problem {
        return HttpReply.json(200, verifications.verify(body(request).ask(peers.named(peer))));
    }

    private List<Guest> seen(List<Guest> all, UnixSocket.Peer peer) {
        return peers.isOperator(peer) ? all : all.stream().filter(g -> g.facts().uid() == peer.uid()).toList();
    }

    private HttpReply list(HttpRequest request, UnixSocket.Peer peer) {
        List<Guest> all = new ArrayList<>();
        if (request.parameter("ended").filter("true"::equals).isPresent()) {
            all.addAll(guests.ended());
        }
        all.addAll(guests.living());
        return HttpReply.json(200, Json.object("schema", "repro.running.v1", "running", seen(all, peer).stream().map(Guest::toJson).toList()));
    }

    private HttpReply one(HttpRequest request, String rest, UnixSocket.Peer peer) throws Problem, InterruptedException {
        boolean console = rest.endsWith("/console");
        String id = console ? rest.substring(0, rest.length() - "/console".length()) : rest;
        Optional<Guest> found = LaunchRequest.isId(id) ? guests.find(id).filter(g -> !seen(List.of(g), peer).isEmpty()) : Optional.empty();
        if (found.isEmpty()) {
            return HttpReply.error(404, 1, "there is no launch of this id", "repro ps lists what runs");
        }
        if (console) {
            return allowed(request, "GET") ? console(request, found.get()) : notAllowed("GET, HEAD");
        }
        return switch (request.method()) {
            case "GET", "HEAD" -> HttpReply.json(200, found.get().toJson());
            case "DELETE" -> stop(request, found.get());
            default -> notAllowed("DELETE, GET, HEAD");
        };
    }

    private HttpReply stop(HttpRequest request, Guest guest) throws Problem, InterruptedException {
        Optional<String> given = request.parameter("grace");
        Duration grace = given.isEmpty() ? GRACE : Duration.ofSeconds(number("grace", given.get(), MAX_GRACE));
        guests.signal(guest, Pid.SIGTERM);
        if (!guest.await(grace)) {
            guests.signal(guest, Pid.SIGKILL);
            if (!guest.await(DEATH)) {
                return HttpReply.error(503, 3, "the guest does not end", "see what its process " + guest.processes().getFirst().pid() + " waits for");
            }
        }
        return HttpReply.json(200, guest.toJson());
    }

    private HttpReply console(HttpRequest request, Guest guest) throws Problem {
        Optional<String> offset = request.parameter("offset");
        Optional<String> image = request.parameter("image");
        int index = image.isEmpty() ? 0 : (int) number("image", image.get(), guest.processes().size() - 1L);
        var piece = consoles.read(guest.id(), index, offset.isEmpty() ? -1 : number("offset", offset.get(), Long.MAX_VALUE));
        return new HttpReply(200, "text/plain", piece.bytes(), "Repro-Offset: " + piece.offset() + "\r\nRepro-Next: "
                + (piece.offset() + piece.bytes().length) + "\r\nRepro-Size: " + piece.size());
    }

    private static long number(String name, String text, long most) throws Problem {
        boolean digits = !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || Long.parseLong(text) > most) {
            throw Problem.usage("not a number that is accepted").where("?" + name).expected(most == Long.MAX_VALUE ? "0 or more" : "0 to " + most).found(text);
        }
        return Long.parseLong(text);
    }

}
