package dev.repro.builder.source;

import dev.repro.base.Problem;
import dev.repro.builder.recipe.RecipePath;
import dev.repro.builder.recipe.Urls;

/// Where a submodule comes from: its URL in `.gitmodules`, seen from the repository that names it.
final class SubmoduleUrl {

    private SubmoduleUrl() {}

    /// A relative URL (`./x`, `../x`) is taken from the parent's, as git does.
    ///
    /// @throws Problem of exit code 2 where a repository from the network names a folder of this machine, or the URL is no
    /// http(s) or file URL
    static String resolve(String parent, String url, String path) throws Problem {
        String whole = url.startsWith("./") || url.startsWith("../") ? relative(parent, url, path) : url;
        boolean local = whole.startsWith("/") || whole.startsWith("file:///");
        if (!local && !isRemote(whole) || Urls.refusalOfGit(whole).isPresent()) {
            throw Problem.usage("the submodule `" + path + "` cannot be fetched from `" + RecipePath.printable(url)
                    + "`: only https, http and file urls without a password are")
                    .where(parent).hint("set `submodules = false` if the build does not need it");
        }
        if (local && isRemote(parent)) {
            throw Problem.usage("the submodule `" + path + "` names a folder of this machine: `" + url + "`").where(parent)
                    .hint("set `submodules = false` if the build does not need it");
        }
        return whole;
    }

    static boolean isRemote(String url) {
        return url.startsWith("https://") || url.startsWith("http://");
    }

    private static String relative(String parent, String url, String path) throws Problem {
        String base = strip(parent);
        String rest = url;
        while (rest.startsWith("./") || rest.startsWith("../")) {
            if (rest.startsWith("../")) {
                int slash = base.lastIndexOf('/');
                if (slash <= base.indexOf("://") + 2 && base.contains("://") || slash < 0) {
                    throw Problem.usage("the url of submodule `" + path + "` climbs too high: `" + url + "`").where(parent);
                }
                base = base.substring(0, slash);
            }
            rest = rest.substring(rest.indexOf('/') + 1);
        }
        return base + "/" + rest;
    }

    private static String strip(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
