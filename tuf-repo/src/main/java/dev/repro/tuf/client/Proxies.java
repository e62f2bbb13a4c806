package dev.repro.tuf.client;

import dev.repro.base.Problem;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Which proxy a URL is fetched through, as `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say, read as curl reads them: lower case
/// first, then upper case, but never `HTTP_PROXY`, which a web server may set from a request's header.
public final class Proxies {
    public static final Proxies NONE = new Proxies(Map.of());

    /// @param authorization the value of Proxy-Authorization, or empty
    public record Proxy(String host, int port, String authorization) {}

    private final Map<String, String> env;

    /// @param env the environment's variables
    public Proxies(Map<String, String> env) {
        this.env = env;
    }

    /// @throws Problem exit code 2: the variable is not the URL of an HTTP proxy
    public Optional<Proxy> of(URI uri) throws Problem {
        String name = uri.getScheme() + "_proxy";
        String value = variable(name);
        if (value.isEmpty()) {
            name = "all_proxy";
            value = variable(name);
        }
        return value.isEmpty() || isExcepted(uri.getHost()) ? Optional.empty() : Optional.of(parse(name, value));
    }

    private String variable(String name) {
        String lower = env.getOrDefault(name, "");
        return !lower.isEmpty() || name.equals("http_proxy") ? lower : env.getOrDefault(name.toUpperCase(Locale.ROOT), "");
    }

    // `*`, a host, or a domain with or without a dot in front, which its sub-domains are under.
    private boolean isExcepted(String host) {
        String plain = host.toLowerCase(Locale.ROOT);
        List<String> entries = Arrays.stream(variable("no_proxy").toLowerCase(Locale.ROOT).split("[,\\s]+")).filter(s -> !s.isEmpty()).toList();
        return entries.stream().map(e -> e.startsWith(".") ? e.substring(1) : e)
                .anyMatch(e -> e.equals("*") || plain.equals(e) || plain.endsWith("." + e));
    }

    private static Proxy parse(String name, String value) throws Problem {
        try {
            URI proxy = URI.create(value.contains("://") ? value : "http://" + value);
            if ("http".equals(proxy.getScheme()) && proxy.getHost() != null) {
                String user = proxy.getUserInfo();
                return new Proxy(proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort(),
                        user == null ? "" : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IllegalArgumentException e) {
            throw wrong(name, e);
        }
        throw wrong(name, null);
    }

    // Without its value, which may hold a password.
    private static Problem wrong(String name, Throwable cause) {
        return Problem.usage("not a proxy that can be used").where("environment variable " + name).expected("http://HOST:PORT").because(cause);
    }
}
