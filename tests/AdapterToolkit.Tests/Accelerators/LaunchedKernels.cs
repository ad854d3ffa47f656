using System.Reflection;
using System.Reflection.Emit;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>
/// Finds the kernels that an assembly can launch. Emitted kernels are generic, and so are the methods that launch them: the
/// search begins with the methods that are not, and follows their calls with the types that these give.
/// </summary>
internal sealed class LaunchedKernels
{
    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes).GetFields(BindingFlags.Static | BindingFlags.Public)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private readonly Assembly _assembly;
    private readonly HashSet<MethodBase> _visited = [];
    private readonly List<MethodInfo> _kernels = [];
    private readonly HashSet<MethodInfo> _delegates = [];

    private LaunchedKernels(Assembly assembly)
    {
        _assembly = assembly;
        IEnumerable<Type> types = assembly.GetTypes().Where(type => !type.ContainsGenericParameters);
        Stack<MethodBase> rest = new(types.SelectMany(Methods).Where(method => !method.ContainsGenericParameters));
        while (rest.TryPop(out MethodBase? method))
        {
            if (!_visited.Add(method))
                continue;
            if (method is MethodInfo kernel && method.IsDefined(typeof(KernelAttribute)))
                _kernels.Add(kernel);
            foreach (MethodBase called in Called(method))
                rest.Push(called);
        }
    }

    /// <summary>The methods marked <see cref="KernelAttribute"/>, each as often as there are types that it is launched with, ordered by name.</summary>
    public IEnumerable<MethodInfo> Kernels => _kernels.OrderBy(KernelCatalog.NameOf, StringComparer.Ordinal);

    /// <summary>The methods that become delegates.</summary>
    public IEnumerable<MethodInfo> Delegates => _delegates;

    /// <summary>Searches an assembly.</summary>
    public static LaunchedKernels Of(Assembly assembly) => new(assembly);

    private static IEnumerable<MethodBase> Methods(Type type) => type
        .GetMembers(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .OfType<MethodBase>();

    /// <summary>The assembly's generic methods, and methods of its generic types, that a method calls or takes the address of.</summary>
    private IEnumerable<MethodBase> Called(MethodBase method)
    {
        byte[] body = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int place = 0; place < body.Length;)
        {
            OpCode code = body[place] == 0xFE ? s_codes[(short)(0xFE00 | body[place + 1])] : s_codes[body[place]];
            place += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineTok &&
                method.Module.ResolveMember(BitConverter.ToInt32(body, place), ofType, ofMethod) is MethodBase called &&
                called.Module.Assembly == _assembly)
            {
                if (code == OpCodes.Ldftn && called is MethodInfo target)
                    _delegates.Add(target);
                if (called.IsGenericMethod || called.DeclaringType is { IsGenericType: true })
                    yield return called;
            }

            place += Size(code, body, place);
        }
    }

    private static int Size(OpCode code, byte[] body, int place) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(body, place)),
        _ => 4,
    };
}
