package dev.repro.cli;

final class Training {
    private Training() {}
    public static void main(String[] args) {
        Main.main(args);
    }
}
