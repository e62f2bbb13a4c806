package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import java.util.ArrayList;
import java.util.List;

/// Reads the members of an OCI document that matter here; others may be there, as the specification demands.
///
/// @param where the file, for messages
record OciJson(Json.Obj object, String where) {

    /// @param size in bytes; -1 where it is not known
    record Descriptor(String mediaType, Digest digest, long size) {}

    static OciJson of(Json value, String where) throws Problem {
        if (value instanceof Json.Obj object) {
            return new OciJson(object, where);
        }
        throw Problem.usage("a document of the OCI image is no object").where(where);
    }

    boolean has(String name) {
        return object.members().containsKey(name);
    }

    String string(String name) throws Problem {
        if (object.members().get(name) instanceof Json.Str(var text)) {
            return text;
        }
        throw wrong(name, "a text");
    }

    OciJson object(String name) throws Problem {
        if (object.members().get(name) instanceof Json.Obj inner) {
            return new OciJson(inner, where);
        }
        throw wrong(name, "an object");
    }

    List<OciJson> objects(String name) throws Problem {
        if (!(object.members().get(name) instanceof Json.Arr(var items))) {
            throw wrong(name, "an array");
        }
        var out = new ArrayList<OciJson>();
        for (Json item : items) {
            out.add(of(item, where));
        }
        return out;
    }

    /// This object as a descriptor (OCI image-spec, descriptor.md).
    Descriptor descriptor() throws Problem {
        if (!(object.members().get("size") instanceof Json.Int(var size)) || size < 0) {
            throw wrong("size", "a number of bytes");
        }
        Digest digest = string("digest").startsWith("sha256:") ? Digest.parse(string("digest")).orElse(null) : null;
        if (digest == null) {
            throw wrong("digest", "sha256:…");
        }
        return new Descriptor(string("mediaType"), digest, size);
    }

    private Problem wrong(String name, String expected) {
        return Problem.usage("member `" + name + "` of the OCI document is missing or wrong").where(where).expected(expected);
    }
}
