package io.dcp.oss.config;

/**
 * The controller and this instance's place in it.
 *
 * @param httpPort the loopback port of the HTTP API, 0 meaning any
 * @param instance the name of this instance
 */
public record ControllerConfig(int httpPort, String instance) {
    static ControllerConfig of(Settings settings) throws BadSettingException {
        String instance = settings.text("DCP_INSTANCE").orElse("local");
        if (!instance.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
            throw settings.bad("DCP_INSTANCE", "not a name (1 to 63 letters, digits and . _ -)");
        }
        return new ControllerConfig(settings.port("DCP_HTTP_PORT", 0), instance);
    }
}
