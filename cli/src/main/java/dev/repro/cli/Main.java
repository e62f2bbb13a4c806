package dev.repro.cli;

public final class Main {
    private Main() {}
    public static void main(String[] args) {
        System.out.println("repro 0.1.0");
    }
}
