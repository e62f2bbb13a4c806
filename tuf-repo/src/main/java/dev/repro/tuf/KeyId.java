package dev.repro.tuf;

/// The name by which metadata refers to a key. Opaque (TAP 12): what it says about the key is not believed, the key's material counts.
public record KeyId(String text) implements Comparable<KeyId> {

    /// Characters of the id, for a person.
    public String brief() {
        return text.length() <= 12 ? text : text.substring(0, 8) + "…";
    }

    // By hand: what a record has by itself is made at every start of Java, by code that takes longer than an update does.
    @Override
    public boolean equals(Object other) {
        return other instanceof KeyId its && its.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public int compareTo(KeyId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
