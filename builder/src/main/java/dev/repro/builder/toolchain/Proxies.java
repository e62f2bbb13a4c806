package dev.repro.builder.toolchain;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The proxy of a request: apt's `Acquire::http::Proxy` (`DIRECT` means none), else `http_proxy` and `https_proxy` of the
/// environment, except for the hosts that `no_proxy` lists. A proxy that asks for a password is not supported.
final class Proxies extends ProxySelector {
    private final Map<String, String> byScheme = new TreeMap<>();
    private final List<String> direct;

    Proxies(Map<String, String> apt, Map<String, String> env) {
        for (String scheme : List.of("http", "https")) {
            String fromEnvironment = variable(env, scheme + "_proxy");
            byScheme.put(scheme, apt.getOrDefault(scheme, fromEnvironment));
        }
        direct = List.of(variable(env, "no_proxy").split("[,\\s]+"));
    }

    @Override
    public List<Proxy> select(URI uri) {
        return List.of(address(uri).map(a -> new Proxy(Proxy.Type.HTTP, a)).orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // the request itself fails with the same exception
    }

    private Optional<InetSocketAddress> address(URI uri) {
        String text = byScheme.getOrDefault(uri.getScheme(), "");
        if (text.isEmpty() || text.equals("DIRECT") || isDirect(uri.getHost())) {
            return Optional.empty();
        }
        try {
            URI proxy = URI.create(text.contains("://") ? text : "http://" + text);
            return proxy.getHost() == null ? Optional.empty()
                    : Optional.of(new InetSocketAddress(proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // what is no address is no proxy, as for curl
        }
    }

    private boolean isDirect(String host) {
        return host == null || direct.stream().map(d -> d.startsWith(".") ? d.substring(1) : d).filter(d -> !d.isEmpty())
                .anyMatch(d -> d.equals("*") || host.equals(d) || host.endsWith("." + d));
    }

    private static String variable(Map<String, String> env, String name) {
        return env.getOrDefault(name, env.getOrDefault(name.toUpperCase(Locale.ROOT), ""));
    }
}
