using System.Text;

namespace AdapterToolkit.Tests.Shared.Mutations;

/// <summary>An input of which one file is damaged. The reader's name and a number give the same mutant again.</summary>
internal sealed class Mutant
{
    private readonly MutatedReader _reader;
    private readonly IReadOnlyDictionary<string, byte[]> _input;
    private readonly Random _random;

    /// <summary>Chooses the input and the file.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="number">The mutant's number.</param>
    public Mutant(MutatedReader reader, int number)
    {
        _reader = reader;
        Number = number;
        _random = new Random(Seed(reader.Name, number));
        _input = reader.Seeds[_random.Next(reader.Seeds.Count)];
        string[] names = [.. _input.Keys.Where(reader.Damages).Order(StringComparer.Ordinal)];
        FileName = names[_random.Next(names.Length)];
    }

    /// <summary>The mutant's number.</summary>
    public int Number { get; }

    /// <summary>The file that is damaged.</summary>
    public string FileName { get; }

    /// <summary>What was done to the file.</summary>
    public string Damage { get; private set; } = "none";

    /// <summary>The bytes of all files, the damaged one's included.</summary>
    public long Bytes { get; private set; }

    /// <summary>Writes the files into an empty folder.</summary>
    /// <param name="folder">The folder.</param>
    public void Write(string folder)
    {
        foreach ((string name, byte[] bytes) in _input)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (name != FileName)
                File.WriteAllBytes(path, bytes);
            Bytes += bytes.Length;
        }

        string damaged = Path.Combine(folder, FileName);
        if (_random.Next(40) == 0)
        {
            Damage = Obstacles.Put(damaged, _random);
            return;
        }

        byte[] content = Damaged(_input[FileName]);
        Bytes += content.Length;
        File.WriteAllBytes(damaged, content);
    }

    /// <summary>A hash that is the same in every process.</summary>
    private static int Seed(string name, int number)
    {
        uint hash = 2166136261;
        foreach (char character in name)
            hash = (hash ^ character) * 16777619;
        return (int)(hash ^ ((uint)number * 2654435761));
    }

    private byte[] Damaged(byte[] whole)
    {
        byte[] other = Other();
        byte[]? structural = null;
        if (_random.Next(40) == 0)
        {
            Damage = "another file in its place";
            return other;
        }

        if (_random.Next(2) == 0)
        {
            Damage = "structure";
            structural = Path.GetExtension(FileName) switch
            {
                ".json" => JsonMutations.Damage(whole, _random),
                ".jsonl" => DamageLine(whole),
                ".safetensors" => SafetensorsMutations.Damage(whole, _random),
                _ => null,
            };
        }

        if (structural is not null)
            return structural;
        Damage = "bytes";
        return ByteMutations.Damage(whole, other, _random);
    }

    /// <summary>Bytes of another file of any input.</summary>
    private byte[] Other()
    {
        byte[][] all = [.. _reader.Seeds.SelectMany(seed => seed.OrderBy(pair => pair.Key, StringComparer.Ordinal)).Select(pair => pair.Value)];
        return all[_random.Next(all.Length)];
    }

    private byte[]? DamageLine(byte[] whole)
    {
        string[] lines = Encoding.UTF8.GetString(whole).Split('\n');
        int line = _random.Next(lines.Length);
        if (JsonMutations.Damage(Encoding.UTF8.GetBytes(lines[line]), _random) is not { } damaged)
            return null;
        lines[line] = Encoding.UTF8.GetString(damaged);
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }
}
