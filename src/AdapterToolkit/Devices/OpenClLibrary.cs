using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace AdapterToolkit.Devices;

/// <summary>
/// Lets ILGPU find OpenCL on Linux systems that have only <c>libOpenCL.so.1</c>: ILGPU imports <c>libOpenCL.so</c>, a name
/// that Debian and Ubuntu ship with the development package alone.
/// </summary>
internal static class OpenClLibrary
{
    private const string ImportedName = "OpenCL";
    private const string VersionedName = "libOpenCL.so.1";

    private static readonly Lock s_lock = new();
    private static bool s_installed;

    /// <summary>Installs the resolver, once. It has to happen before ILGPU first looks for OpenCL devices.</summary>
    public static void Install()
    {
        lock (s_lock)
        {
            if (s_installed || !OperatingSystem.IsLinux())
                return;
            s_installed = true;
            try
            {
                NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
            }
            catch (InvalidOperationException)
            {
                // The application has a resolver of its own for ILGPU; an assembly can have only one.
            }
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != ImportedName)
            return 0;
        if (NativeLibrary.TryLoad(name, assembly, searchPath, out nint library))
            return library;
        return NativeLibrary.TryLoad(VersionedName, assembly, searchPath, out library) ? library : 0;
    }
}
