package io.dcp.oss.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Finds settings by the name of their environment variable: in the environment, else in a properties file under the
 * name in lower case with dots and without {@code DCP_}. An empty value counts as absent. Immutable.
 */
public final class Settings {
    private static final String PREFIX = "DCP_";

    private final Map<String, String> environment;
    private final Properties properties;
    private final Path file;

    private Settings(Map<String, String> environment, Properties properties, Path file) {
        this.environment = environment;
        this.properties = properties;
        this.file = file;
    }

    /**
     * Reads the properties file, which need not exist.
     *
     * @throws BadSettingException if it exists and cannot be read or parsed
     */
    public static Settings read(Map<String, String> environment, Path file) throws BadSettingException {
        Properties properties = new Properties();
        if (!Files.exists(file)) {
            return new Settings(Map.copyOf(environment), properties, file);
        }
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new BadSettingException("cannot read " + file + ": " + e.getMessage());
        }
        return new Settings(Map.copyOf(environment), properties, file);
    }

    /** A value as it was given, without the white space around it. */
    public Optional<String> text(String name) {
        return find(name).map(Found::value);
    }

    /** A TCP port, 0 meaning any. */
    public int port(String name, int fallback) throws BadSettingException {
        return (int) number(name, fallback, 0, 65_535, "a port number");
    }

    /** A count of something. */
    public long count(String name, long fallback, long least, long most) throws BadSettingException {
        return number(name, fallback, least, most, "a number");
    }

    /** A size in bytes; K, M, G and T after the number multiply it by powers of 1024. */
    public long bytes(String name, long fallback, long least, long most) throws BadSettingException {
        Optional<Found> found = find(name);
        if (found.isEmpty()) {
            return fallback;
        }
        String text = found.get().value().toUpperCase(Locale.ROOT);
        int unit = "KMGT".indexOf(text.charAt(text.length() - 1)) + 1;
        String digits = unit == 0 ? text : text.substring(0, text.length() - 1);
        try {
            long value = Math.multiplyExact(Long.parseLong(digits), 1L << (10 * unit));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Told below, like a number out of range.
        }
        throw found.get().bad("not a size from " + least + " to " + most + " bytes");
    }

    /** The exception for a value that a record found wrong, with where it was given. */
    public BadSettingException bad(String name, String reason) {
        return find(name)
                .map(found -> found.bad(reason))
                .orElseGet(() -> new BadSettingException(name + " is not set: " + reason));
    }

    private long number(String name, long fallback, long least, long most, String kind) throws BadSettingException {
        Optional<Found> found = find(name);
        if (found.isEmpty()) {
            return fallback;
        }
        try {
            long value = Long.parseLong(found.get().value());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        throw found.get().bad("not " + kind + " from " + least + " to " + most);
    }

    private Optional<Found> find(String name) {
        String value = environment.get(name);
        if (value != null && !value.isBlank()) {
            return Optional.of(new Found(name, value.strip(), "the environment"));
        }
        String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
        value = properties.getProperty(key);
        if (value != null && !value.isBlank()) {
            return Optional.of(new Found(key, value.strip(), file.toString()));
        }
        return Optional.empty();
    }

    private record Found(String name, String value, String where) {
        BadSettingException bad(String reason) {
            // A secret never gets here: it has no form that could be wrong.
            return new BadSettingException(name + "=" + value + " in " + where + ": " + reason);
        }
    }
}
