/** That of the package, told with every call. */
export const VERSION = "0.1.0";
