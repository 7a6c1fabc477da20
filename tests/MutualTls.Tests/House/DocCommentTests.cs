using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace MutualTls.Tests.House;

/// <summary>Every public member has a summary, and every parameter of a public method is described.</summary>
public class DocCommentTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Projects => [.. Repository.SourceProjects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Members_ThatArePublic_AreDescribed(string project)
    {
        Dictionary<string, XElement> comments = XDocument.Load(Path.Combine(AppContext.BaseDirectory, project + ".xml"))
            .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);
        List<string> missing = [];
        foreach (Type type in Assembly.Load(project).GetExportedTypes())
        {
            Check("T:" + DocId.Of(type), [], comments, missing);
            foreach (MemberInfo member in type.GetMembers(Declared).Where(IsWritten))
            {
                // A positional property of a record is described as its parameter.
                bool positional = member is PropertyInfo && comments["T:" + DocId.Of(type)].Elements("param").Any(p => p.Attribute("name")!.Value == member.Name);
                if (!positional)
                {
                    Check(DocId.Of(member), member is MethodBase method ? method.GetParameters() : [], comments, missing);
                }
            }
        }

        Assert.Empty(missing);
    }

    private static void Check(string id, ParameterInfo[] parameters, Dictionary<string, XElement> comments, List<string> missing)
    {
        if (!comments.TryGetValue(id, out XElement? comment))
        {
            missing.Add($"{id}: no comment");
        }
        else if (comment.Element("inheritdoc") is null)
        {
            if (string.IsNullOrWhiteSpace(comment.Element("summary")?.Value))
            {
                missing.Add($"{id}: no summary");
            }

            missing.AddRange(parameters
                .Where(p => string.IsNullOrWhiteSpace(comment.Elements("param").FirstOrDefault(e => e.Attribute("name")?.Value == p.Name)?.Value))
                .Select(p => $"{id}: nothing about {p.Name}"));
        }
    }

    // Written by a person and visible from outside: no accessors, no members that the compiler makes for records and enums.
    private static bool IsWritten(MemberInfo member) => member switch
    {
        Type => false,
        MethodBase method => IsVisible(method) && !IsGenerated(method) && !(method.IsSpecialName && method is MethodInfo) && !IsBareConstructor(method),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible) && !IsGenerated(property),
        EventInfo e => IsVisible(e.AddMethod!),
        FieldInfo field => (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !field.IsSpecialName,
        _ => false,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) || member.Name is "PrintMembers" or "EqualityContract" or "<Clone>$";

    // Reflection does not tell a constructor that the compiler adds from one without parameters that was written.
    private static bool IsBareConstructor(MethodBase method) => method.IsConstructor && method.GetParameters().Length == 0;
}

/// <summary>Writes the names by which XML documentation refers to members.</summary>
internal static class DocId
{
    public static string Of(Type type) => type.FullName!.Replace('+', '.');

    public static string Of(MemberInfo member) => member switch
    {
        MethodBase method => $"M:{Of(method.DeclaringType!)}.{(method.IsConstructor ? "#ctor" : method.Name)}{(method.IsGenericMethod ? "``" + method.GetGenericArguments().Length : "")}{Parameters(method.GetParameters())}",
        PropertyInfo property => $"P:{Of(property.DeclaringType!)}.{property.Name}{Parameters(property.GetIndexParameters())}",
        EventInfo => $"E:{Of(member.DeclaringType!)}.{member.Name}",
        _ => $"F:{Of(member.DeclaringType!)}.{member.Name}",
    };

    private static string Parameters(ParameterInfo[] parameters) =>
        parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(p => Reference(p.ParameterType)))})";

    private static string Reference(Type type)
    {
        if (type.IsByRef)
        {
            return Reference(type.GetElementType()!) + "@";
        }

        if (type.IsArray)
        {
            return Reference(type.GetElementType()!) + "[]";
        }

        if (type.IsGenericParameter)
        {
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        }

        if (!type.IsGenericType)
        {
            return Of(type);
        }

        string name = Of(type.GetGenericTypeDefinition());
        return $"{name[..name.IndexOf('`')]}{{{string.Join(',', type.GetGenericArguments().Select(Reference))}}}";
    }
}
