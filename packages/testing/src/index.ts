/** Public surface of the private package @nx-notebook/testing. */
export {};
