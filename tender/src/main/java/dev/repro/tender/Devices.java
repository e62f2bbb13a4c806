package dev.repro.tender;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The devices that are asked for, held to the signed manifests of a set of images: nothing missing, nothing extra, the types the same; and
/// to what the policy lets be attached.
final class Devices {
    private final Release release;
    private final List<ReleaseImage> set;
    private final List<Ask.Device> asked;

    Devices(Release release, List<ReleaseImage> set, List<Ask.Device> asked) {
        this.release = release;
        this.set = set;
        this.asked = asked;
    }

    /// Of each image of the set its devices, in the order of the manifest.
    ///
    /// @throws Denied `device-missing`, `device-extra`, `device-type`
    List<List<Ask.Device>> match() throws Denied, Problem {
        var left = new ArrayList<>(asked);
        var out = new ArrayList<List<Ask.Device>>();
        for (ReleaseImage image : set) {
            var own = new ArrayList<Ask.Device>();
            for (Json declared : declared(image)) {
                own.add(one(image, text(declared, "name"), text(declared, "type"), left));
            }
            out.add(own);
        }
        if (!left.isEmpty()) {
            throw extra(left.getFirst());
        }
        return out;
    }

    private Ask.Device one(ReleaseImage image, String name, String type, List<Ask.Device> left) throws Denied, Problem {
        List<Ask.Device> fitting = left.stream().filter(d -> d.name().equals(name) && d.image().orElse(image.file()).equals(image.file())).toList();
        if (fitting.isEmpty()) {
            throw new Denied(Denied.Rule.DEVICE_MISSING, word(type) + " `" + name + "`").file(image.file()).expected(option(type, name))
                    .hint("attach it; " + release + " needs " + needs());
        }
        Ask.Device device = fitting.getFirst();
        if (device.image().isEmpty() && set.stream().filter(i -> i.devices().contains(name)).count() > 1) {
            throw Problem.usage("several images of " + release + " have a device `" + name + "`").where(device.option())
                    .expected(option(type, image.file() + "/" + name)).hint("name the image before the device");
        }
        if (!device.type().equals(type)) {
            throw new Denied(Denied.Rule.DEVICE_TYPE, word(device.type()) + " `" + name + "`").file(image.file()).expected(option(type, name))
                    .found(device.option()).hint("attach it as the manifest declares it");
        }
        if (fitting.size() > 1) {
            throw extra(fitting.get(1));
        }
        left.remove(device);
        return device;
    }

    private Denied extra(Ask.Device device) {
        return new Denied(Denied.Rule.DEVICE_EXTRA, word(device.type()) + " `" + device.name() + "`").file(set.getFirst().file())
                .expected(needs()).found(device.option()).hint("drop " + device.option() + "; the author adds a device by a new release");
    }

    private String needs() {
        List<String> all = set.stream().flatMap(i -> declared(i).stream()).map(d -> option(text(d, "type"), text(d, "name"))).toList();
        return all.isEmpty() ? "no devices" : String.join(" ", all);
    }

    private static List<Json> declared(ReleaseImage image) {
        return image.manifest().isPresent() && image.manifest().get().members().get("devices") instanceof Json.Arr(var items) ? items : List.of();
    }

    private static String text(Json device, String member) {
        return ((Json.Str) ((Json.Obj) device).members().get(member)).value();
    }

    private static String word(String type) {
        return type.equals("BLOCK_BASIC") ? "block" : "net";
    }

    private static String option(String type, String name) {
        return "--" + word(type) + ":" + name + "=" + (type.equals("BLOCK_BASIC") ? "PATH" : "TAP");
    }

    /// What the policy lets be attached; block files by where they really are.
    ///
    /// @return the same devices, their files without links
    /// @throws Denied `device-not-allowed`
    static List<Ask.Device> allowed(List<Ask.Device> devices, Policy.Allowed policy) throws Denied, Problem {
        var out = new ArrayList<Ask.Device>();
        for (Ask.Device device : devices) {
            if (device instanceof Ask.Net net) {
                require(device, policy.taps(), net.tap(), "taps");
                out.add(net);
            } else if (device instanceof Ask.Block block) {
                Path real = real(block);
                require(device, policy.blocks(), real.toString(), "blocks");
                out.add(new Ask.Block(block.image(), block.name(), real, block.sectorSize()));
            }
        }
        return out;
    }

    /// Looks at the path alone, the file stays closed.
    private static Path real(Ask.Block block) throws Problem {
        try {
            return block.file().toRealPath();
        } catch (IOException e) {
            throw Problem.usage("the block device's file is not there").where(block.option()).hint("make it, for example: truncate -s 1M " + block.file()).because(e);
        }
    }

    private static void require(Ask.Device device, List<String> patterns, String host, String key) throws Denied {
        if (patterns.stream().noneMatch(p -> new Glob(p).matches(host))) {
            throw new Denied(Denied.Rule.DEVICE_NOT_ALLOWED, word(device.type()) + " `" + device.name() + "`")
                    .expected(patterns.isEmpty() ? "none of the host's" : String.join(" or ", patterns)).found(host)
                    .hint("add it to `" + key + "` of the package's entry in the policy");
        }
    }

    static Optional<Ask.Device> find(List<Ask.Device> devices, String name) {
        return devices.stream().filter(d -> d.name().equals(name)).findFirst();
    }
}
