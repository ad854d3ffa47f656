using Microsoft.CodeAnalysis;
using Xunit;

namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>The reader of rooms finds a use of another room in whatever form the language allows it.</summary>
public sealed class PlantedUseTests
{
    private const string Folder = "/project";

    /// <summary>The line that is planted.</summary>
    private static readonly string s_userLine = Path.Combine("Users", "User.cs") + ":1";

    /// <summary>The room that is used.</summary>
    private const string Used = """
        namespace Used;

        public class Class { public int Number; public static int Count; public static void Call() { } public class Nested { public int Inner; } }
        public class Generic<T> { public class Inner { } }
        public struct Structure { public int Number; }
        public interface IContract { }
        public enum Choice { First }
        public delegate void Callback();
        public static class Constants { public const int Value = 3; }
        public sealed class MarkAttribute : System.Attribute;
        public static class Extensions
        {
            public static int Extended(this string text) => text.Length;
            public static void Deconstruct(this string text, out int first, out int second) => (first, second) = (1, 2);
            public static System.Collections.Generic.IEnumerator<int> GetEnumerator(this int number) { yield return number; }
            public static System.Runtime.CompilerServices.TaskAwaiter GetAwaiter(this int number) => default;
            public static void Add(this System.Collections.Generic.Stack<int> stack, int number) => stack.Push(number);
            public static int Select(this string text, System.Func<char, int> choose) => choose(text[0]);
            extension(string text) { public int Property => 1; public static string operator *(string left, int right) => left; }
        }
        """;

    /// <summary>A room that gives its types away, so that they can be used without being named.</summary>
    private const string Between = """
        namespace Between;

        public class Holder
        {
            public Used.Class Value = new();
            public Used.Class[] Values = [];
            public static Used.Structure Make() => default;
            public static void With(System.Action<Used.Class> action) { }
            public static implicit operator Used.Structure(Holder holder) => default;
            public static void Take(Used.Structure structure) { }
            public static Used.Choice Choice;
            public event Used.Callback? Called;
            public void Raise() => Called?.Invoke();
        }
        """;

    /// <summary>One use of another room a line, and what it is.</summary>
    public static TheoryData<string, string, string> Uses => new()
    {
        { "the type of a field", "class User { Used.Class? field; }", "Class" },
        { "the type of a property", "class User { Used.Class? Property => null; }", "Class" },
        { "the type of a parameter", "class User { void M(Used.Class given) { } }", "Class" },
        { "the type of a primary constructor's parameter", "class User(Used.Class given) { object held = given; }", "Class" },
        { "the type of a result", "class User { Used.Class? M() => null; }", "Class" },
        { "a base class", "class User : Used.Class;", "Class" },
        { "an interface", "class User : Used.IContract;", "IContract" },
        { "a generic argument of a base class", "class User : List<Used.Class>;", "Class" },
        { "a generic class", "class User { Used.Generic<int>? field; }", "Generic" },
        { "a generic argument", "class User { List<Dictionary<int, Used.Class>>? field; }", "Class" },
        { "a generic argument of a method", "class User { object M() => Array.Empty<Used.Class>(); }", "Class" },
        { "a generic argument that is inferred", "class User { int M(Between.Holder holder) => new[] { 1 }.Select(_ => holder.Value).Count(); }", "Class" },
        { "a constraint", "class User<T> where T : Used.IContract;", "IContract" },
        { "the element of an array", "class User { Used.Class[]? field; }", "Class" },
        { "what is pointed at", "unsafe class User { Used.Structure* field; }", "Structure" },
        { "a pointer to a function", "unsafe class User { delegate*<Used.Structure, void> field; }", "Structure" },
        { "an element of a tuple", "class User { (int, Used.Class?) field; }", "Class" },
        { "a type that may be null", "class User { Used.Structure? field; }", "Structure" },
        { "a static call", "class User { void M() => Used.Class.Call(); }", "Class" },
        { "a static field", "class User { int M() => Used.Class.Count; }", "Class" },
        { "a constant", "class User { const int Value = Used.Constants.Value; }", "Constants" },
        { "a constant in a default", "class User { void M(int value = Used.Constants.Value) { } }", "Constants" },
        { "a creation", "class User { object M() => new Used.Class(); }", "Class" },
        { "a creation without a name", "class User { void M() => Between.Holder.Take(new()); }", "Structure" },
        { "a default without a name", "class User { void M() => Between.Holder.Take(default); }", "Structure" },
        { "an extension method", "using Used; class User { int M() => \"\".Extended(); }", "Extensions" },
        { "an extension method as a delegate", "using Used; class User { Func<int> M() => \"\".Extended; }", "Extensions" },
        { "an extension property", "using Used; class User { int M() => \"\".Property; }", "Extensions" },
        { "an extension operator", "using Used; class User { string M() => \"\" * 2; }", "Extensions" },
        { "an extension that deconstructs", "using Used; class User { void M() { (int a, int b) = \"\"; } }", "Extensions" },
        { "an extension that deconstructs into variables", "using Used; class User { void M() { var (a, b) = \"\"; } }", "Extensions" },
        { "an extension that deconstructs in a pattern", "using Used; class User { bool M(string text) => text is (1, 2); }", "Extensions" },
        { "an extension that deconstructs in a loop", "using Used; class User { void M(string[] texts) { foreach (var (a, b) in texts) { } } }", "Extensions" },
        { "an extension that enumerates", "using Used; class User { void M() { foreach (int i in 3) { } } }", "Extensions" },
        { "an extension that is awaited", "using Used; class User { async Task M() => await 3; }", "Extensions" },
        { "an extension that adds", "using Used; class User { object M() => new Stack<int> { 1 }; }", "Extensions" },
        { "an extension that a query calls", "using Used; class User { int M() => from letter in \"\" select 1 + letter; }", "Extensions" },
        { "a variable whose type is inferred", "class User { void M() { var made = Between.Holder.Make(); } }", "Structure" },
        { "a loop's variable whose type is inferred", "class User { void M(Between.Holder holder) { foreach (var one in holder.Values) { } } }", "Class" },
        { "an expression without a name", "class User { object M() => Between.Holder.Make(); }", "Structure" },
        { "a conversion", "class User { void M(Between.Holder holder) => Between.Holder.Take(holder); }", "Structure" },
        { "a cast", "class User { object M(object given) => (Used.Class)given; }", "Class" },
        { "a lambda's parameter", "class User { void M() => Between.Holder.With(given => { }); }", "Class" },
        { "a lambda's discarded parameter", "class User { void M() => Between.Holder.With(_ => { }); }", "Class" },
        { "an attribute", "[Used.Mark] class User;", "MarkAttribute" },
        { "an attribute of the assembly", "[assembly: Used.Mark]", "MarkAttribute" },
        { "an attribute of a parameter", "class User { void M([Used.Mark] int given) { } }", "MarkAttribute" },
        { "a using of a class", "using static Used.Class; class User;", "Class" },
        { "a member through a using of a class", "using static Used.Class; class User { void M() => Call(); }", "Class" },
        { "an alias", "using Alias = Used.Class;", "Class" },
        { "an alias of a type made of it", "using Alias = System.Collections.Generic.List<Used.Class>;", "Class" },
        { "a name that is an alias", "using Alias = Used.Class; class User { Alias? field; }", "Class" },
        { "a name as text", "class User { string M() => nameof(Used.Class); }", "Class" },
        { "a member's name as text", "class User { string M() => nameof(Used.Class.Count); }", "Class" },
        { "a type as an object", "class User { Type M() => typeof(Used.Class); }", "Class" },
        { "an open type as an object", "class User { Type M() => typeof(Used.Generic<>); }", "Generic" },
        { "the size of a type", "unsafe class User { int M() => sizeof(Used.Structure); }", "Structure" },
        { "a pattern", "class User { bool M(object given) => given is Used.Class; }", "Class" },
        { "a pattern of properties", "class User { bool M(Between.Holder given) => given is { Value: { Number: 1 } }; }", "Class" },
        { "a pattern with a path", "class User { bool M(Between.Holder given) => given is { Value.Number: 1 }; }", "Class" },
        { "a pattern that declares", "class User { bool M(Between.Holder given) => given is { Value: var found }; }", "Class" },
        { "a case", "class User { int M(object given) { switch (given) { case Used.Class: return 1; default: return 0; } } }", "Class" },
        { "an arm", "class User { int M(object given) => given switch { Used.Class => 1, _ => 0 }; }", "Class" },
        { "a value of an enumeration", "class User { bool M() => Between.Holder.Choice is Used.Choice.First; }", "Choice" },
        { "a nested type", "class User { Used.Class.Nested? field; }", "Nested" },
        { "a member of a nested type", "class User { int M(Used.Class.Nested given) => given.Inner; }", "Nested" },
        { "a type nested in a generic one", "class User { Used.Generic<int>.Inner? field; }", "Generic" },
        { "an argument of what a type is nested in", "class User { object? M(Between.Outer<Used.Class>.Inner? given) => given; }", "Class" },
        { "a member of a member", "class User { int M(Between.Holder holder) => holder.Value.Number; }", "Class" },
        { "a member after a question mark", "class User { int? M(Between.Holder? holder) => holder?.Value.Number; }", "Class" },
        { "an event's delegate", "class User { void M(Between.Holder holder) => holder.Called += () => { }; }", "Callback" },
        { "an exception", "class User { void M() { try { } catch (Used.Failure) { } } }", "Failure" },
        { "a local function", "class User { void M() { Used.Class? Local() => null; } }", "Class" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Uses))]
    public void A_use_is_found(string what, string text, string type)
    {
        Compilation compilation = Compile(text);
        IEnumerable<Diagnostic> errors = compilation.GetDiagnostics(Token).Where(found => found.Severity == DiagnosticSeverity.Error);
        Assert.True(!errors.Any(), $"{what}: {string.Join('\n', errors)}");
        Assert.Contains(new RoomUse("Users", "Used", type, s_userLine), new RoomReader(compilation, Folder).Uses());
    }

    [Theory]
    [InlineData("using Used; class User { }")]
    [InlineData("/// <summary><see cref=\"Used.Class\"/></summary> class User { }")]
    [InlineData("// Used.Class\nclass User { string M() => \"Used.Class\"; }")]
    [InlineData("#if NEVER\nclass User { Used.Class field; }\n#endif")]
    public void What_is_no_use_is_not_taken_for_one(string text) =>
        Assert.DoesNotContain(new RoomReader(Compile(text), Folder).Uses(), use => use.From == "Users");

    [Fact]
    public void A_use_of_what_lies_beside_the_rooms_is_found()
    {
        Compilation compilation = Compile("class User { Composition? field; }")
            .AddSyntaxTrees(RoomSources.Parse("class Composition;", PathOf("Composition.cs")));
        RoomUse use = Assert.Single(new RoomReader(compilation, Folder).Uses(), use => use.From == "Users");
        Assert.Equal(RoomPlan.Root, use.To);
        Assert.False(new RoomPlan("project", ["Used", "Between", "Users"], [], UsesEmittedCode: false).Allows(use.From, use.To));
    }

    [Theory]
    [InlineData("Used", "User.cs", "lies in Users and Used")]
    [InlineData("", "User.cs", "lies in Users and the root")]
    [InlineData("Users", "Other.cs", null)]
    [InlineData("Users", "Deeper/User.cs", null)]
    [InlineData("../emitted", "User.g.cs", null)]
    public void A_type_whose_parts_lie_in_several_rooms_is_found(string room, string file, string? message)
    {
        Compilation compilation = Compile("partial class User { partial class Inner { } }")
            .AddSyntaxTrees(RoomSources.Parse("partial class User { partial class Inner { } }", PathOf(room, file)));
        string[] spread = [.. new RoomReader(compilation, Folder).SpreadTypes()];
        if (message is null)
            Assert.Empty(spread);
        else
            Assert.Equal([$"{s_userLine}: User {message}", $"{s_userLine}: User.Inner {message}"], spread);
    }

    [Fact]
    public void A_folder_that_is_no_room_is_refused()
    {
        RoomPlan plan = new("project", ["Used", "Users"], [], UsesEmittedCode: false);
        Assert.True(plan.Allows("Users", "Used"));
        Assert.False(plan.Allows("Used", "Users"));
        Assert.True(plan.Allows(RoomPlan.Root, "Users"));
        Assert.Throws<ArgumentException>(() => plan.Allows("Between", "Used"));
    }

    [Fact]
    public void A_room_that_only_one_may_use_is_refused_to_others()
    {
        RoomPlan plan =
            new("project", ["Used", "Between", "Users"], [], UsesEmittedCode: false) { OnlyUser = new Dictionary<string, string> { ["Used"] = "Between" } };
        Assert.True(plan.Allows("Used", "Used"));
        Assert.True(plan.Allows("Between", "Used"));
        Assert.False(plan.Allows("Users", "Used"));
        Assert.True(plan.Allows("Users", "Between"));
    }

    private static Compilation Compile(string text) => RoomSources.Compile("Planted",
    [
        RoomSources.Parse(text, PathOf("Users", "User.cs")),
        RoomSources.Parse(Between, PathOf("Between", "Holder.cs")),
        RoomSources.Parse("namespace Between; public class Outer<T> { public class Inner { } }", PathOf("Between", "Outer.cs")),
        RoomSources.Parse(Used, PathOf("Used", "Used.cs")),
        RoomSources.Parse("namespace Used; public class Failure : System.Exception;", PathOf("Used", "Failure.cs")),
    ]);

    private static string PathOf(params string[] parts) => Path.GetFullPath(Path.Combine([Folder, .. parts]));
}
